// `haversack verify`: looks through the data folder of a server on this machine.
import { Command } from 'commander';
import { HaversackError } from '../../src/core/errors.ts';
import { dataFolder } from './connect.ts';
import type { Io } from './io.ts';
import { type OutputOptions, print } from './output.ts';

interface VerifyOptions extends OutputOptions {
  readonly data?: string;
}

export function verifyCommand(io: Io): Command {
  return new Command('verify')
    .description('hash every stored chunk again and check every version’s documents; changes nothing')
    .option('--data <folder>', 'the data folder (HAVERSACK_DATA; else ./data)')
    .option('--json', 'answer with one JSON value')
    .addHelpText('after', '\nExample:\n  haversack verify --data /srv/haversack\n')
    .action((options: VerifyOptions) => verify(io, options));
}

/** Fails where anything is bad, after saying what. */
async function verify(io: Io, options: VerifyOptions): Promise<void> {
  const { verifyData } = await import('../registry/verify.ts');
  const folder = dataFolder(io, options);
  const found = await verifyData(folder);
  const { chunks, versions, bad } = found;
  print(io, options, found, () => {
    const faults = bad.map(fault => `  ${fault}\n`).join('');
    return `${chunks} chunks, ${versions} versions: ${bad.length === 0 ? 'all good' : `${bad.length} bad`}.\n${faults}`;
  });
  if (bad.length > 0) {
    throw new HaversackError(
      'ChunkInvalid',
      `${bad.length} in ${folder} ${bad.length === 1 ? 'is' : 'are'} bad`,
    );
  }
}
