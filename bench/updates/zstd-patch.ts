// `zstd --patch-from`, by the command of that name: Debian's package `zstd`.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The version, or null where there is no such command. */
export function zstdVersion(): string | null {
  const { status, stdout } = spawnSync('zstd', ['--version'], { encoding: 'utf8' });
  return status === 0 ? (/v[\d.]+/.exec(stdout)?.[0] ?? 'unknown') : null;
}

/** At level 19, the highest without `--ultra`, with a window that holds both files. */
export async function zstdPatchBytes(from: Uint8Array, to: Uint8Array): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'haversack-zstd-'));
  try {
    await writeFile(join(folder, 'from'), from);
    await writeFile(join(folder, 'to'), to);
    const options = [
      '-q',
      '-19',
      '--long=27',
      `--patch-from=${join(folder, 'from')}`,
      '-c',
      join(folder, 'to'),
    ];
    const { status, stdout, stderr } = spawnSync('zstd', options, { maxBuffer: 2 ** 30 });
    if (status !== 0) throw new Error(`zstd --patch-from: ${stderr.toString()}`);
    return stdout.length;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
