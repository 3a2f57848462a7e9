// `haversack diff`: which weights differ between two models, and what it takes to send the second to who has the first.
import { Command } from 'commander';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { bytesToSend } from './update-frames.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import type { Io } from './io.ts';
import { localFile } from './local-file.ts';
import { readModelFile } from './model-file.ts';
import { asFile, parseModelName } from './model-name.ts';
import { formatBytes, formatShare, type OutputOptions, print, progressLine, table } from './output.ts';
import { variantFile } from '../../src/client/trusted-registry.ts';
import { type TensorChange, tensorChanges } from './tensor-changes.ts';

interface DiffOptions extends RemoteOptions, OutputOptions {
  readonly registryKey?: string;
}

export function diffCommand(io: Io): Command {
  const command = new Command('diff')
    .description('say which weights differ between two models, and how many bytes an update is')
    .argument('<a>', 'FILE, or MODEL@N, MODEL@N:VARIANT, MODEL@ALIAS …')
    .argument('<b>', 'the same')
    .option('--registry-key <id>', 'refuse a registry whose key is another')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText('after', '\nExample:\n  haversack diff digits@1:int8 digits@2:int8\n')
    .action((a: string, b: string, options: DiffOptions) => diff(io, a, b, options));
}

async function diff(io: Io, a: string, b: string, options: DiffOptions): Promise<void> {
  const from = await readSide(io, a, null, options);
  const to = await readSide(io, b, from, options);
  const changes = tensorChanges(from, to);
  const count = (change: TensorChange['change']) => changes.filter(each => each.change === change).length;
  const value = {
    tensors: {
      same: count('same'),
      changed: count('changed'),
      added: count('added'),
      removed: count('removed'),
    },
    bytes: to.length,
    bytesToSend: await bytesToSend(from, to),
    changes: changes.filter(({ change }) => change !== 'same'),
  };
  print(io, options, value, () => render(value));
}

/** @param base what is here already, so that little of it is fetched again */
async function readSide(io: Io, text: string, base: Bytes | null, options: DiffOptions): Promise<Bytes> {
  const path = await asFile(io, text);
  if (path !== null) return (await readModelFile(path)).model;
  const [name = '', variant, ...rest] = text.split(':');
  // Of what is no name at all, `parseModelName` says what is wrong.
  const wanted = parseModelName(rest.length > 0 ? text : name);
  const registry = await connect(io, options).openRegistry();
  const opened = await registry.version(wanted.model, await registry.resolve(wanted));
  const progress = progressLine(io, `fetch ${text}`);
  const { file } = await registry
    .file(variantFile(opened, variant), base && (await localFile(base)), progress.show, io.signal)
    .finally(progress.end);
  return file;
}

interface Difference {
  readonly tensors: Readonly<Record<TensorChange['change'], number>>;
  readonly bytes: number;
  readonly bytesToSend: number;
  readonly changes: readonly TensorChange[];
}

function render({ tensors, bytes, bytesToSend, changes }: Difference): string {
  const rows = changes.map(({ change, tensor, datatype, shape, bytes }) => [
    change,
    tensor,
    `${datatype} [${shape.join(', ')}]`,
    formatBytes(bytes),
  ]);
  const { same, changed, added, removed } = tensors;
  const counts = `${same} weights the same, ${changed} changed, ${added} added, ${removed} removed.`;
  const sizes = `${formatBytes(bytesToSend)} to send, ${formatShare(bytesToSend / bytes)} of ${formatBytes(bytes)}.`;
  const list = rows.length > 0 ? `${table(['', 'weight', 'form', 'bytes'], rows)}\n` : '';
  return `${list}${counts}\n${sizes}\n`;
}
