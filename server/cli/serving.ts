// `haversack serving`: how a server serves a model: what runs together, who waits, how long, what is kept.
import { Command, InvalidArgumentError } from 'commander';
import { type Serving, servingSchema } from '../../src/core/artifact/serving-api.ts';
import { z } from '../../src/core/zod.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { parseCount } from './options.ts';
import { type OutputOptions, print } from './output.ts';

interface ServingOptions extends RemoteOptions, OutputOptions {
  readonly maxBatch?: number;
  readonly maxDelay?: number;
  readonly maxQueue?: number;
  readonly deadline?: number;
  readonly cache?: number;
  readonly why?: string;
}

const mebibyte = 2 ** 20;

export function servingCommand(io: Io): Command {
  const command = new Command('serving')
    .description('show, or say, how the server serves a model: batches, queue, deadline, kept answers')
    .argument('<model>', 'the model, e.g. digits')
    .option('--max-batch <n>', 'requests that run as one, at most; 1: each alone', parseCount)
    .option('--max-delay <ms>', 'how long the first of them waits for others', parseMs)
    .option('--max-queue <n>', 'requests that may wait; more are turned away', parseCount)
    .option('--deadline <ms>', 'from arrival to answer', parseCount)
    .option('--cache <MiB>', 'of answers that are kept; 0: none', parseMebibytes)
    .option('--why <text>', 'for the audit')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText('after', '\nExample:\n  haversack serving digits --max-batch 32 --max-queue 512\n')
    .action((model: string, options: ServingOptions) => serving(io, model, options));
}

function parseMs(text: string): number {
  if (/^\d{1,4}(\.\d{1,3})?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a number of milliseconds from 0 on.');
}

function parseMebibytes(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number of MiB from 0 on.');
}

async function serving(io: Io, model: string, options: ServingOptions): Promise<void> {
  const { client } = connect(io, options);
  const seen = await client.serving(model, io.signal);
  const wanted = wantedOf(seen.serving, options);
  const change = { ...wanted, why: options.why ?? null };
  const now = wanted ? await client.changeServing(model, change, seen.etag, io.signal) : seen.serving;
  print(io, options, { model, ...now }, () => describe(model, now));
}

/** Null where it is only to be shown. @throws UsageError */
function wantedOf(
  now: Serving,
  { maxBatch, maxDelay, maxQueue, deadline, cache }: ServingOptions,
): Serving | null {
  const change = {
    ...(maxBatch === undefined ? {} : { maxBatch }),
    ...(maxDelay === undefined ? {} : { maxDelayMs: maxDelay }),
    ...(maxQueue === undefined ? {} : { maxQueue }),
    ...(deadline === undefined ? {} : { deadlineMs: deadline }),
    ...(cache === undefined ? {} : { cacheBytes: cache * mebibyte }),
  };
  if (Object.keys(change).length === 0) return null;
  const parsed = servingSchema.safeParse({ ...now, ...change });
  if (!parsed.success) throw new UsageError(z.prettifyError(parsed.error));
  return parsed.data;
}

function describe(
  model: string,
  { maxBatch, maxDelayMs, maxQueue, deadlineMs, cacheBytes }: Serving,
): string {
  const lines = [
    `runs together  at most ${maxBatch}${maxDelayMs > 0 ? `, the first waits ${maxDelayMs} ms for others` : ''}`,
    `waiting        at most ${maxQueue}`,
    `deadline       ${deadlineMs} ms`,
    `kept answers   ${cacheBytes === 0 ? 'none' : `${cacheBytes / mebibyte} MiB`}`,
  ];
  return `${model}\n${lines.map(line => `  ${line}\n`).join('')}`;
}
