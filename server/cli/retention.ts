// `haversack retention`: how long a model's versions are kept that nobody needs; `gc` goes by it.
import { Command } from 'commander';
import type { Retention } from '../../src/core/artifact/registry-api.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { parseCount } from './options.ts';
import { type OutputOptions, print } from './output.ts';

interface RetentionOptions extends RemoteOptions, OutputOptions {
  readonly keepVersions?: number;
  readonly keepDays?: number;
  readonly forever?: boolean;
}

export function retentionCommand(io: Io): Command {
  const command = new Command('retention')
    .description('show, or say, how long versions are kept that no alias, no lineage and no device needs')
    .argument('<model>', 'the model, e.g. digits')
    .option('--keep-versions <n>', 'the newest so many stay', parseCount)
    .option('--keep-days <n>', 'those younger than this stay', parseCount)
    .option('--forever', 'all stay')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText('after', '\nExample:\n  haversack retention digits --keep-versions 5 --keep-days 90\n')
    .action((model: string, options: RetentionOptions) => retention(io, model, options));
}

async function retention(io: Io, name: string, options: RetentionOptions): Promise<void> {
  const wanted = wantedOf(options);
  const { client } = connect(io, options);
  const { model, etag } = await client.model(name, io.signal);
  const now = wanted ? await client.changeModel(name, { retention: wanted }, etag, io.signal) : model;
  print(io, options, { model: name, ...now.retention }, () => `${name}: ${describe(now.retention)}\n`);
}

/** Null where only to be shown. */
function wantedOf({ keepVersions, keepDays, forever }: RetentionOptions): Retention | null {
  const isLimited = keepVersions !== undefined || keepDays !== undefined;
  if (forever && isLimited) throw new UsageError('--forever is without --keep-versions and --keep-days.');
  if (!forever && !isLimited) return null;
  return { keepVersions: keepVersions ?? null, keepDays: keepDays ?? null };
}

export function describe({ keepVersions, keepDays }: Retention): string {
  if (keepVersions === null && keepDays === null) return 'every version is kept.';
  const kept = [
    ...(keepVersions === null ? [] : [`the newest ${keepVersions}`]),
    ...(keepDays === null ? [] : [`those of the last ${keepDays} days`]),
  ];
  return `kept are ${kept.join(' and ')}, and what is needed.`;
}
