// `haversack promote`: points an alias at a version, for all devices or for some, unless somebody moved it in the meantime.
import { Command } from 'commander';
import { parseAlias, aliasValue, describeReach, findAlias, parseVersion, toAlias } from './alias-state.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import type { Io } from './io.ts';
import { parseGroupList, parseShare } from './options.ts';
import { type OutputOptions, print } from './output.ts';

interface PromoteOptions extends RemoteOptions, OutputOptions {
  readonly share?: number;
  readonly group?: string[];
  readonly why?: string;
}

export function promoteCommand(io: Io): Command {
  const command = new Command('promote')
    .description('point an alias at a version; some devices first: `rollout` goes on from there')
    .argument('<model@version>', 'the version, e.g. digits@2')
    .argument('<alias>', 'production, canary, …')
    .option('--share <share>', 'for which share of the devices, 0 to 1 (1)', parseShare)
    .option('--group <names>', 'for devices of these groups only, e.g. north,phones', parseGroupList)
    .option('--why <text>', 'the reason, for the audit')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText(
      'after',
      '\nExample:\n  haversack promote digits@2 production\n  haversack promote digits@3 production --share 0.1 --why "sees sevens"\n',
    )
    .action((version: string, alias: string, options: PromoteOptions) =>
      promote(io, version, alias, options),
    );
}

async function promote(io: Io, text: string, name: string, options: PromoteOptions): Promise<void> {
  const { model, version } = parseVersion(text);
  const { alias } = parseAlias(model, name);
  const { client } = connect(io, options);
  const before = await findAlias(client, model, alias);
  const { share, group: groups, why } = options;
  const move = {
    version,
    ...(share !== undefined && { share }),
    ...(groups && { groups }),
    why: why ?? null,
  };
  const now = toAlias(await client.moveAlias(model, alias, move, before?.revision ?? null, io.signal));
  print(io, options, { ...aliasValue(now), previous: before?.version ?? null }, () => {
    const was = before ? ` (was ${model}@${before.version})` : '';
    return `${model}@${alias} is now ${model}@${version}${was}, ${describeReach(now)}.\n`;
  });
}
