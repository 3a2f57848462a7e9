// `haversack import`: hands a bundle to a server.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { BundleReceipt } from '../../src/core/artifact/inbox-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import type { Io } from './io.ts';
import { type OutputOptions, print, table } from './output.ts';
import { verifyBundleFile } from './verify-bundle.ts';

type ImportOptions = RemoteOptions & OutputOptions;

export function importCommand(io: Io): Command {
  const command = new Command('import')
    .description('hand a bundle to a server: each thing in it counts as if its signer had sent it')
    .argument('<file>', 'a .haversack file')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText('after', '\nExample:\n  haversack import digits-7F3A2B.haversack\n')
    .action((file: string, options: ImportOptions) => importFile(io, file, options));
}

/** Fails where anything was refused, after saying what became of each. */
async function importFile(io: Io, file: string, options: ImportOptions): Promise<void> {
  const path = resolve(io.cwd, file);
  // What is wrong with the file itself is said before anything travels.
  await verifyBundleFile(path);
  const { client } = connect(io, options);
  const receipt = await client.importBundle(new Uint8Array(await readFile(path)), io.signal);
  print(io, options, receipt, () => describe(receipt));
  const refused = receipt.items.filter(({ outcome }) => outcome === 'refused');
  if (refused.length === 0) return;
  throw new HaversackError(
    'Forbidden',
    `${refused.length} of ${receipt.items.length} were refused: ${refused[0]!.problem?.detail ?? ''}`,
  );
}

function describe({ items }: BundleReceipt): string {
  if (items.length === 0) return 'There was nothing in it.\n';
  return table(
    ['what', 'model', 'version', 'outcome', 'why'],
    items.map(({ kind, model, version, outcome, problem }) => [
      kind,
      model ?? '–',
      version === null ? '–' : String(version),
      outcome,
      problem?.detail ?? '',
    ]),
  );
}
