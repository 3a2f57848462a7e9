// `haversack rollback`: points an alias at what was before. Devices see a higher revision that means an older version.
import { Command } from 'commander';
import { versionBefore } from '../../src/core/artifact/alias-history.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { aliasValue, findAlias, parseAlias, toAlias } from './alias-state.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import type { Io } from './io.ts';
import { parseCount } from './options.ts';
import { type OutputOptions, print } from './output.ts';

interface RollbackOptions extends RemoteOptions, OutputOptions {
  readonly to?: number;
  readonly why?: string;
}

export function rollbackCommand(io: Io): Command {
  const command = new Command('rollback')
    .description('point an alias, for all devices, at the version that was everybody’s before')
    .argument('<model>', 'the model, e.g. digits')
    .argument('[alias]', 'production, canary, … (production)')
    .option('--to <version>', 'another version than the one before', parseCount)
    .option('--why <text>', 'the reason, for the audit')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText('after', '\nExample:\n  haversack rollback digits --why "takes ones for sevens"\n')
    .action((model: string, alias: string | undefined, options: RollbackOptions) =>
      rollback(io, model, alias, options),
    );
}

async function rollback(
  io: Io,
  text: string,
  name: string | undefined,
  options: RollbackOptions,
): Promise<void> {
  const { model, alias } = parseAlias(text, name);
  const { client } = connect(io, options);
  const before = await findAlias(client, model, alias);
  if (!before) throw new HaversackError('NotFound', `there is no ${model}@${alias}`);
  const version = options.to ?? versionBefore(await client.aliasHistory(model, alias, io.signal), before);
  if (version === null) {
    throw new HaversackError('NotFound', `${model}@${alias} meant no other version before ${before.version}`);
  }
  const move = { version, why: options.why ?? null };
  const now = toAlias(await client.moveAlias(model, alias, move, before.revision, io.signal));
  print(io, options, { ...aliasValue(now), previous: before.version }, () => {
    return `${model}@${alias} is back at ${model}@${version} (was ${model}@${before.version}), for all.\n`;
  });
}
