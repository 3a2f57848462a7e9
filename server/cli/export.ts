// `haversack export`: a registry as something to take away.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { projectFolder } from '../root-folder.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { formatBytes, type OutputOptions, print, progressLine } from './output.ts';

interface ExportOptions extends RemoteOptions, OutputOptions {
  readonly site?: string;
  readonly aliased?: boolean;
  readonly app: boolean;
  readonly registryKey?: string;
}

export function exportCommand(io: Io): Command {
  const command = new Command('export')
    .description('write the registry as a folder of static files, app included, that any HTTPS host serves')
    .argument('[model...]', 'these models only; else all')
    .option('--site <folder>', 'the folder; over an older one only what is new is fetched')
    .option('--aliased', 'only the versions that an alias points at')
    .option('--no-app', 'documents and chunks, without the app')
    .option('--registry-key <id>', 'refuse a registry whose key is another')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText(
      'after',
      '\nAlias documents are good for seven days: export again at least that often, else devices warn.\n\nExample:\n  haversack export --site ./public && npx serve ./public\n',
    )
    .action((models: string[], options: ExportOptions) => exportSite(io, models, options));
}

async function exportSite(io: Io, models: readonly string[], options: ExportOptions): Promise<void> {
  if (options.site === undefined) throw new UsageError('--site is missing.', 'Say where: --site FOLDER.');
  const { writeSite } = await import('./site.ts');
  const { client } = connect(io, options);
  const progress = progressLine(io, 'export');
  const folder = resolve(io.cwd, options.site);
  const site = await writeSite({
    client,
    registryKey: options.registryKey,
    folder,
    models: models.length > 0 ? models : null,
    onlyAliased: options.aliased === true,
    appFolder: options.app ? builtApp() : null,
    onProgress: progress.show,
    signal: io.signal,
  }).finally(progress.end);
  print(io, options, { folder, ...site }, () => {
    const { versions, bytes, writtenBytes } = site;
    return `${versions} versions of ${site.models} models are in ${options.site!}: ${formatBytes(bytes)}, ${formatBytes(writtenBytes)} new.\n`;
  });
}

function builtApp(): string {
  const folder = join(projectFolder(), 'dist/app');
  if (existsSync(join(folder, 'index.html'))) return folder;
  throw new UsageError('The app is not built.', 'Run `npm run build`, or leave the app out with --no-app.');
}
