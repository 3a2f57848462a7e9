// `haversack retire`: a version that no alias may point at any more, or may again.
import { Command } from 'commander';
import { parseVersion } from './alias-state.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import type { Io } from './io.ts';
import { type OutputOptions, print } from './output.ts';

interface RetireOptions extends RemoteOptions, OutputOptions {
  readonly undo?: boolean;
  readonly why?: string;
}

export function retireCommand(io: Io): Command {
  const command = new Command('retire')
    .description('say that a version is not to be used any more; nothing of it is lost')
    .argument('<model@version>', 'the version, e.g. digits@2')
    .option('--undo', 'take it out of retirement')
    .option('--why <text>', 'the reason, for the audit')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText('after', '\nExample:\n  haversack retire digits@2 --why "learned from wrong labels"\n')
    .action((version: string, options: RetireOptions) => retire(io, version, options));
}

async function retire(io: Io, text: string, options: RetireOptions): Promise<void> {
  const { model, version } = parseVersion(text);
  const { client } = connect(io, options);
  const change = { retired: !options.undo, why: options.why ?? null };
  const { retiredAt } = await client.changeVersion(model, version, change, '*', io.signal);
  print(io, options, { model, version, retiredAt }, () =>
    retiredAt ? `${model}@${version} is retired.\n` : `${model}@${version} is in use again.\n`,
  );
}
