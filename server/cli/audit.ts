// `haversack audit`: who did what, when and why; and, with --at, what ran then.
import { Command, InvalidArgumentError } from 'commander';
import { ranBetween } from '../../src/core/artifact/alias-history.ts';
import type { AliasRevision, AuditEntry } from '../../src/core/artifact/registry-api.ts';
import { dayMs } from '../../src/core/durations.ts';
import { describeReach, toAlias } from './alias-state.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { parseModelName } from './model-name.ts';
import { parseCount } from './options.ts';
import { formatMinute, type OutputOptions, print, table } from './output.ts';

interface AuditOptions extends RemoteOptions, OutputOptions {
  readonly model?: string;
  readonly who?: string;
  readonly before?: string;
  readonly limit?: number;
  readonly at?: Moment;
}

/** A moment, or a whole day; UTC. */
interface Moment {
  readonly from: Date;
  readonly to: Date;
}

const usualLimit = 50;

export function auditCommand(io: Io): Command {
  const command = new Command('audit')
    .description('show who did what, when and why; with --at what a model’s aliases meant then')
    .argument('[model]', 'a model, e.g. digits, digits@3 or digits@production')
    .option('--model <model>', 'the same')
    .option('--who <id>', 'admin-key, registry, or a device’s id')
    .option('--at <when>', 'a day or a moment (UTC), e.g. 2026-05-03 or 2026-05-03T14:30', parseMoment)
    .option('--before <when>', 'what came before this: a time, or the id of an entry')
    .option('--limit <n>', `this many entries at most (${usualLimit})`, parseCount)
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText(
      'after',
      '\nExample:\n  haversack audit digits --limit 10\n  haversack audit digits --at 2026-05-03\n',
    )
    .action((model: string | undefined, options: AuditOptions) =>
      options.at
        ? whatRan(io, model ?? options.model, options.at, options)
        : audit(io, model ?? options.model, options),
    );
}

async function audit(io: Io, subject: string | undefined, options: AuditOptions): Promise<void> {
  const { who, before, limit = usualLimit } = options;
  const query = {
    ...(subject !== undefined && { subject }),
    ...(who !== undefined && { who }),
    ...(before !== undefined && { before }),
    limit,
  };
  const entries = await connect(io, options).client.audit(query, io.signal);
  print(io, options, entries, () => (entries.length === 0 ? 'Nothing yet.\n' : render(entries)));
}

function render(entries: readonly AuditEntry[]): string {
  const header = ['WHEN (UTC)', 'WHO', 'WHAT', 'SUBJECT', 'DETAIL', 'WHY'];
  return table(
    header,
    entries.map(({ at, who, what, subject, detail, why }) => [
      formatMinute(at),
      shorten(who),
      what,
      shorten(subject),
      shorten(detail),
      why ?? '',
    ]),
  );
}

async function whatRan(
  io: Io,
  text: string | undefined,
  { from, to }: Moment,
  options: AuditOptions,
): Promise<void> {
  if (text === undefined) {
    throw new UsageError('--at wants a model.', 'Say: haversack audit digits --at 2026-05-03');
  }
  const { model, at: alias } = parseModelName(text);
  const history = await connect(io, options).client.modelHistory(model, io.signal);
  const ran = ranBetween(history, from, to).filter(entry => alias === null || entry.alias === alias);
  print(io, options, ran, () => (ran.length === 0 ? 'Nothing ran then.\n' : renderRan(model, ran)));
}

function renderRan(model: string, ran: readonly AliasRevision[]): string {
  return table(
    ['ALIAS', 'VERSION', 'FOR', 'SINCE (UTC)', 'WHO', 'WHY'],
    ran.map(({ alias, version, document, at, who, why }) => [
      alias,
      `${model}@${version}`,
      document ? describeReach(toAlias(document)).replace(/^for /, '') : '',
      formatMinute(at),
      shorten(who),
      why ?? '',
    ]),
  );
}

/** Digests and ids by their beginning. */
function shorten(text: string): string {
  return text.replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1');
}

function parseMoment(text: string): Moment {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isZoned = isDay || /(Z|[+-]\d{2}:\d{2})$/.test(text);
  const from = new Date(isZoned ? text : `${text}Z`);
  if (Number.isNaN(from.getTime())) {
    throw new InvalidArgumentError('It is a day like 2026-05-03 or a moment like 2026-05-03T14:30.');
  }
  return { from, to: isDay ? new Date(from.getTime() + dayMs - 1) : from };
}
