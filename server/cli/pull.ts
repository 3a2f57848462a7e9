// `haversack pull`: a version's file, verified, onto this disk.
import { resolve } from 'node:path';
import { Command } from 'commander';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import type { Io } from './io.ts';
import { readLocalFile } from './local-file.ts';
import { parseModelName } from './model-name.ts';
import { formatBytes, type OutputOptions, print, progressLine } from './output.ts';
import { variantFile } from '../../src/client/trusted-registry.ts';
import { writeWhole } from './write-whole.ts';

interface PullOptions extends RemoteOptions, OutputOptions {
  readonly variant?: string;
  readonly out: string;
  readonly registryKey?: string;
}

export function pullCommand(io: Io): Command {
  const command = new Command('pull')
    .description(
      'fetch a version, checked by signature and digest; over an older file only what differs is fetched',
    )
    .argument('<model>', 'MODEL, MODEL@N or MODEL@ALIAS (without @: production)')
    .requiredOption('--out <file>', 'where to put it')
    .option('--variant <name>', 'fp32, int8, …; else what was uploaded')
    .option('--registry-key <id>', 'refuse a registry whose key is another')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText('after', '\nExample:\n  haversack pull digits@production --variant int8 --out digits.onnx\n')
    .action((name: string, options: PullOptions) => pull(io, name, options));
}

async function pull(io: Io, text: string, options: PullOptions): Promise<void> {
  const name = parseModelName(text);
  const out = resolve(io.cwd, options.out);
  const registry = await connect(io, options).openRegistry();
  const opened = await registry.version(name.model, await registry.resolve(name));
  const named = variantFile(opened, options.variant);

  const progress = progressLine(io, `pull ${name.model}@${opened.manifest.version}`);
  const { file, downloadedBytes } = await registry
    .file(named, await readLocalFile(out), progress.show, io.signal)
    .finally(progress.end);
  await writeWhole(out, file);
  const { of, ref } = named;
  const value = {
    ...of,
    digest: ref.digest,
    bytes: ref.bytes,
    downloadedBytes,
    out,
    versionDigest: opened.digest,
  };
  print(io, options, value, () => {
    const sizes = `${formatBytes(ref.bytes)}, ${formatBytes(downloadedBytes)} fetched`;
    return `${of.model}@${of.version} ${of.variant} is at ${options.out}: ${sizes}, verified.\n`;
  });
}
