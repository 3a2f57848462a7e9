// `haversack verify`: looks through the data folder of a server on this machine, or through a registry at an address.
import { resolve } from 'node:path';
import { Command } from 'commander';
import { HaversackError } from '../../src/core/errors.ts';
import type { Verification } from '../registry/verify.ts';
import { connect, dataFolder } from './connect.ts';
import type { Io } from './io.ts';
import { formatBytes, type OutputOptions, print, progressLine } from './output.ts';

interface VerifyOptions extends OutputOptions {
  readonly data?: string;
  readonly url?: string;
  readonly key?: string;
  readonly registryKey?: string;
}

export function verifyCommand(io: Io): Command {
  return new Command('verify')
    .description('hash every stored chunk again and check every version’s documents; changes nothing')
    .argument('[bundle]', 'a .haversack file to look through instead')
    .option('--data <folder>', 'the data folder (HAVERSACK_DATA; else ./data)')
    .option(
      '--url <url>',
      'look through the registry at this address instead, as a device sees it: server or folder',
    )
    .option('--key <key>', 'a key for it, where reading needs one (HAVERSACK_KEY)')
    .option('--registry-key <id>', 'with --url: refuse a registry whose key is another')
    .option('--json', 'answer with one JSON value')
    .addHelpText('after', '\nExample:\n  haversack verify --data /srv/haversack\n')
    .action((bundle: string | undefined, options: VerifyOptions) =>
      bundle === undefined ? verify(io, options) : verifyFile(io, bundle, options),
    );
}

/** Fails where anything is bad, after saying what. */
async function verify(io: Io, options: VerifyOptions): Promise<void> {
  const where = options.url ?? dataFolder(io, options);
  const found = await (options.url === undefined ? verifyHere(where) : verifyThere(io, options));
  const { chunks, versions, bad } = found;
  print(io, options, found, () => {
    const faults = bad.map(fault => `  ${fault}\n`).join('');
    return `${chunks} chunks, ${versions} versions: ${bad.length === 0 ? 'all good' : `${bad.length} bad`}.\n${faults}`;
  });
  if (bad.length > 0) {
    throw new HaversackError(
      'ChunkInvalid',
      `${bad.length} in ${where} ${bad.length === 1 ? 'is' : 'are'} bad`,
    );
  }
}

async function verifyFile(io: Io, file: string, options: VerifyOptions): Promise<void> {
  const { verifyBundleFile } = await import('./verify-bundle.ts');
  const { bundle, bytes } = await verifyBundleFile(resolve(io.cwd, file));
  const value = {
    chunks: bundle.chunks.length,
    versions: bundle.versions.length,
    candidates: bundle.candidates.length,
    samples: bundle.samples.length,
    reports: bundle.reports.length,
    carrier: bundle.carrier.keyId,
    bytes,
    bad: [],
  };
  print(io, options, value, () => {
    const { versions, candidates, samples, chunks, carrier } = value;
    return (
      `${file}: ${versions} versions, ${candidates} candidates, ${samples} packs of samples, ${chunks} chunks ` +
      `(${formatBytes(bytes)}), as ${carrier.slice(0, 12)} put it together: all good.\n`
    );
  });
}

async function verifyHere(folder: string): Promise<Verification> {
  const { verifyData } = await import('../registry/verify.ts');
  return verifyData(folder);
}

async function verifyThere(io: Io, options: VerifyOptions): Promise<Verification> {
  const { verifyRemote } = await import('./verify-remote.ts');
  const { client, openRegistry } = connect(io, options);
  const progress = progressLine(io, 'verify');
  return verifyRemote({ client, openRegistry, signal: io.signal, onProgress: progress.count }).finally(
    progress.end,
  );
}
