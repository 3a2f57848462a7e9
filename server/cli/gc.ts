// `haversack gc`: lets the server go of what nobody needs.
import { Command } from 'commander';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import type { Io } from './io.ts';
import { formatBytes, type OutputOptions, print } from './output.ts';

interface GcOptions extends RemoteOptions, OutputOptions {
  readonly dryRun?: boolean;
}

export function gcCommand(io: Io): Command {
  const command = new Command('gc')
    .description('delete what no alias, lineage, device or upload needs, as `retention` says')
    .option('--dry-run', 'only say what would go')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText('after', '\nExample:\n  haversack gc --dry-run\n')
    .action((options: GcOptions) => gc(io, options));
}

async function gc(io: Io, options: GcOptions): Promise<void> {
  const { client } = connect(io, options);
  const collection = await client.collectGarbage(options.dryRun === true, io.signal);
  const { dryRun, chunks, bytes, versions } = collection;
  print(io, options, collection, () => {
    const verb = dryRun ? 'To go' : 'Gone';
    const names = versions.map(version => `  ${version}\n`).join('');
    return `${verb}: ${count(chunks, 'chunk')} (${formatBytes(bytes)}), with the bytes of ${count(versions.length, 'version')}.\n${names}`;
  });
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
