// `haversack pull`: a version's file, verified, onto this disk.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import type { Bytes, Digest } from '../../src/core/artifact/digest.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import type { Io } from './io.ts';
import { parseModelName } from './model-name.ts';
import { formatBytes, type OutputOptions, print, progressLine } from './output.ts';
import { variantFile } from './registry.ts';
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
  const { variant, file: ref } = variantFile(opened, options.variant);

  const progress = progressLine(io, `pull ${name.model}@${opened.manifest.version}`);
  const { file, downloadedBytes } = await registry
    .file(ref, await chunksOf(out), progress.show, io.signal)
    .finally(progress.end);
  await writeWhole(out, file);
  const { version } = opened.manifest;
  const value = {
    model: name.model,
    version,
    variant,
    digest: ref.digest,
    bytes: ref.bytes,
    downloadedBytes,
    out,
    versionDigest: opened.digest,
  };
  print(io, options, value, () => {
    const sizes = `${formatBytes(ref.bytes)}, ${formatBytes(downloadedBytes)} fetched`;
    return `${name.model}@${version} ${variant} is at ${options.out}: ${sizes}, verified.\n`;
  });
}

/** What an older version at the same place already has. A file that is no model has nothing to give. */
async function chunksOf(path: string): Promise<ReadonlyMap<Digest, Bytes>> {
  try {
    const file = await readFile(path);
    const bytes = new Uint8Array(file.buffer, file.byteOffset, file.length);
    return (await chunkFile(bytes, tensorLayout(bytes))).chunks;
  } catch {
    return new Map();
  }
}
