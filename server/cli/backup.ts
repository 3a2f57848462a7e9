// `haversack backup` and `haversack restore`: a data folder of this machine, copied while its server runs, and made again.
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Backup } from '../registry/backup.ts';
import { dataFolder } from './connect.ts';
import type { Io } from './io.ts';
import { formatBytes, type OutputOptions, print, progressLine } from './output.ts';

interface FolderOptions extends OutputOptions {
  readonly data?: string;
}

export function backupCommand(io: Io): Command {
  return new Command('backup')
    .description(
      'copy the registry (versions, keys, devices, audit) while its server runs, and verify the copy',
    )
    .argument(
      '<folder>',
      'an empty folder, or an older backup of the same registry: then only what is new is copied',
    )
    .option('--data <folder>', 'the data folder (HAVERSACK_DATA; else ./data)')
    .option('--json', 'answer with one JSON value')
    .addHelpText(
      'after',
      '\nThe backup holds the keys of registry and admin: keep it as you keep those.\n\nExample:\n  haversack backup /mnt/disk/haversack\n',
    )
    .action((folder: string, options: FolderOptions) => backup(io, folder, options));
}

export function restoreCommand(io: Io): Command {
  return new Command('restore')
    .description('make a data folder of a backup')
    .argument('<folder>', 'the backup; it stays as it is')
    .option('--data <folder>', 'the new data folder, absent or empty (HAVERSACK_DATA; else ./data)')
    .option('--json', 'answer with one JSON value')
    .addHelpText(
      'after',
      '\nAliases go on at higher revisions, so that devices take them. Versions that came after the backup are lost.\n\nExample:\n  haversack restore /mnt/disk/haversack --data /srv/haversack\n',
    )
    .action((folder: string, options: FolderOptions) => restore(io, folder, options));
}

async function backup(io: Io, text: string, options: FolderOptions): Promise<void> {
  const { backUp } = await import('../registry/backup.ts');
  const folder = resolve(io.cwd, text);
  const progress = progressLine(io, 'backup');
  const made = await backUp({
    data: dataFolder(io, options),
    folder,
    onProgress: progress.show,
    signal: io.signal,
  }).finally(progress.end);
  print(io, options, { folder, ...made }, () => `${told(made)} are in ${text}, verified.\n`);
}

async function restore(io: Io, text: string, options: FolderOptions): Promise<void> {
  const { restore: make } = await import('../registry/backup.ts');
  const data = dataFolder(io, options);
  const progress = progressLine(io, 'restore');
  const made = await make({
    folder: resolve(io.cwd, text),
    data,
    now: () => new Date(),
    onProgress: progress.show,
    signal: io.signal,
  }).finally(progress.end);
  print(io, options, { data, ...made }, () => `${told(made)} are in ${data}, verified.\n`);
}

function told({ versions, chunks, bytes, copiedBytes }: Backup): string {
  return `${versions} versions in ${chunks} chunks (${formatBytes(bytes)}, ${formatBytes(copiedBytes)} copied)`;
}
