// `haversack export`: a registry as something to take away.
import { resolve } from 'node:path';
import { Command } from 'commander';
import { versionNumberSchema } from '../../src/core/artifact/names.ts';
import { builtApp } from './built-app.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { formatBytes, type OutputOptions, print, progressLine } from './output.ts';
import { writeWhole } from './write-whole.ts';

interface ExportOptions extends RemoteOptions, OutputOptions {
  readonly site?: string;
  readonly bundle?: string;
  readonly since?: number;
  readonly aliased?: boolean;
  readonly app: boolean;
  readonly registryKey?: string;
}

export function exportCommand(io: Io): Command {
  const command = new Command('export')
    .description(
      'write the registry as a folder of static files, app included, that any HTTPS host serves; or versions as one file to carry',
    )
    .argument('[model...]', 'these models only; else all')
    .option('--site <folder>', 'the folder; over an older one only what is new is fetched')
    .option('--bundle <file>', 'one .haversack file instead, with the versions that are named')
    .option('--since <version>', 'with --bundle: leave out what that version has', versionNumber)
    .option('--aliased', 'only the versions that an alias points at')
    .option('--no-app', 'documents and chunks, without the app')
    .option('--registry-key <id>', 'refuse a registry whose key is another')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText(
      'after',
      '\nAlias documents are good for seven days: export again at least that often, else devices warn.\n\nExample:\n  haversack export --site ./public && npx serve ./public\n  haversack export --bundle digits.haversack digits@4 --since 3\n',
    )
    .action((models: string[], options: ExportOptions) => exportSite(io, models, options));
}

async function exportSite(io: Io, models: readonly string[], options: ExportOptions): Promise<void> {
  if (options.bundle !== undefined) return writeBundleFile(io, models, options.bundle, options);
  if (options.site === undefined) {
    throw new UsageError(
      'Neither --site nor --bundle is given.',
      'Say where: --site FOLDER, or --bundle FILE.',
    );
  }
  const { writeSite } = await import('./site.ts');
  const { client, openRegistry } = connect(io, options);
  const progress = progressLine(io, 'export');
  const folder = resolve(io.cwd, options.site);
  const site = await writeSite({
    client,
    openRegistry,
    folder,
    models: models.length > 0 ? models : null,
    onlyAliased: options.aliased === true,
    appFolder: options.app ? builtApp('Run `npm run build`, or leave the app out with --no-app.') : null,
    onProgress: progress.show,
    signal: io.signal,
  }).finally(progress.end);
  print(io, options, { folder, ...site }, () => {
    const { versions, bytes, writtenBytes } = site;
    return `${versions} versions of ${site.models} models are in ${options.site!}: ${formatBytes(bytes)}, ${formatBytes(writtenBytes)} new.\n`;
  });
}

async function writeBundleFile(
  io: Io,
  models: readonly string[],
  bundle: string,
  options: ExportOptions,
): Promise<void> {
  if (models.length === 0) {
    throw new UsageError(
      'No version is named.',
      'Name what goes along: digits, digits@4, digits@production.',
    );
  }
  const { exportBundle } = await import('./export-bundle.ts');
  const progress = progressLine(io, 'export');
  const { file, versions, chunks } = await exportBundle(connect(io, options), {
    names: models,
    since: options.since ?? null,
    onProgress: progress.show,
    signal: io.signal,
  }).finally(progress.end);
  await writeWhole(resolve(io.cwd, bundle), file);
  const value = { bundle, versions, chunks, bytes: file.length };
  print(io, options, value, () => {
    const names = versions.map(({ model, version }) => `${model}@${version}`).join(', ');
    return `${bundle} holds ${names}: ${formatBytes(file.length)}.\n`;
  });
}

/** @throws UsageError */
function versionNumber(text: string): number {
  const parsed = versionNumberSchema.safeParse(Number(text));
  if (parsed.success) return parsed.data;
  throw new UsageError(`"${text}" is no version.`, 'Versions are numbers: 1, 2, 3 …');
}
