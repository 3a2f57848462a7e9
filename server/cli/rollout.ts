// `haversack rollout`: how far a version has come, and the next step: wider, held, on again, finished, or the alias gone.
import { Command } from 'commander';
import type { AdminClient } from '../../src/client/admin.ts';
import type { Alias } from '../../src/core/artifact/documents.ts';
import type { UpdateOutcomes } from '../../src/core/artifact/inbox-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { aliasValue, describeReach, findAlias, parseAlias, toAlias } from './alias-state.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { parseGroupList, parseShare } from './options.ts';
import { type OutputOptions, print } from './output.ts';

interface RolloutOptions extends RemoteOptions, OutputOptions {
  readonly share?: number;
  readonly group?: string[];
  readonly hold?: boolean;
  readonly resume?: boolean;
  readonly finish?: boolean;
  readonly remove?: boolean;
  readonly why?: string;
}

export function rolloutCommand(io: Io): Command {
  const command = new Command('rollout')
    .description('show how an alias stands and how its devices fared; or take the next step')
    .argument('<model>', 'the model, e.g. digits')
    .argument('[alias]', 'production, canary, … (production)')
    .option('--share <share>', 'for which share of the devices, 0 to 1', parseShare)
    .option('--group <names>', 'for devices of these groups only, e.g. north,phones', parseGroupList)
    .option('--hold', 'stop: who does not run the version yet does not take it')
    .option('--resume', 'let it go on')
    .option('--finish', 'for all devices')
    .option('--remove', 'take the alias away; devices keep what they have')
    .option('--why <text>', 'the reason, for the audit')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText(
      'after',
      '\nExample:\n  haversack rollout digits\n  haversack rollout digits production --share 0.5\n  haversack rollout digits --hold --why "two phones rolled back"\n',
    )
    .action((model: string, alias: string | undefined, options: RolloutOptions) =>
      rollout(io, model, alias, options),
    );
}

async function rollout(
  io: Io,
  text: string,
  name: string | undefined,
  options: RolloutOptions,
): Promise<void> {
  const { model, alias } = parseAlias(text, name);
  const step = stepOf(options);
  const { client } = connect(io, options);
  const before = await findAlias(client, model, alias);
  if (!before) throw new HaversackError('NotFound', `there is no ${model}@${alias}`);
  if (step === 'remove') {
    await client.removeAlias(model, alias, before.revision, options.why ?? null, io.signal);
    print(io, options, { model, alias, removed: true }, () => `${model}@${alias} is gone.\n`);
    return;
  }
  const now = step === 'show' ? before : await take(client, before, step, options, io.signal);
  const outcomes = await outcomesOf(client, now, io.signal);
  print(io, options, { ...aliasValue(now), outcomes }, () => {
    const fared = outcomes ? `${outcomes.swapped} swapped, ${outcomes.rolledBack} rolled back\n` : '';
    return `${model}@${alias} is ${model}@${now.version}, ${describeReach(now)}.\n${fared}`;
  });
}

type Step = 'show' | 'widen' | 'hold' | 'resume' | 'finish' | 'remove';

/** @throws UsageError where two are asked for at once */
function stepOf({ share, group, hold, resume, finish, remove }: RolloutOptions): Step {
  const asked: Step[] = [
    ...(share !== undefined || group ? (['widen'] as const) : []),
    ...(hold ? (['hold'] as const) : []),
    ...(resume ? (['resume'] as const) : []),
    ...(finish ? (['finish'] as const) : []),
    ...(remove ? (['remove'] as const) : []),
  ];
  if (asked.length > 1) {
    throw new UsageError(
      'These are several steps at once.',
      'Take one of --share/--group, --hold, --resume, --finish, --remove.',
    );
  }
  return asked[0] ?? 'show';
}

async function take(
  client: AdminClient,
  { model, alias, version, revision, rollout: reach }: Alias,
  step: 'widen' | 'hold' | 'resume' | 'finish',
  { share, group, why: given }: RolloutOptions,
  signal: AbortSignal,
): Promise<Alias> {
  const why = given ?? null;
  if (step === 'hold' || step === 'resume') {
    return toAlias(await client.holdAlias(model, alias, { held: step === 'hold', why }, revision, signal));
  }
  const to =
    step === 'finish'
      ? { share: 1, groups: null }
      : { share: share ?? reach.share, groups: group ?? reach.groups };
  return toAlias(await client.moveAlias(model, alias, { version, ...to, why }, revision, signal));
}

/** Null for who may not see reports. */
async function outcomesOf(
  client: AdminClient,
  { model, version }: Alias,
  signal: AbortSignal,
): Promise<UpdateOutcomes | null> {
  try {
    return (await client.reports({ model, version, limit: 1 }, signal)).outcomes;
  } catch (thrown) {
    if (thrown instanceof HaversackError && ['Unauthorized', 'Forbidden'].includes(thrown.code)) return null;
    throw thrown;
  }
}
