// Python programs to measure against and to speak with, each in an environment of its own under `.cache/peers`: made once, kept.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const installTimeoutMs = 240_000;

/** Why a peer cannot run here, in words. */
export class PeerAbsent extends Error {
  override readonly name = 'PeerAbsent';
}

export interface Venv {
  /** Its `python`. */
  readonly python: string;
  /** Its scripts. */
  readonly bin: string;
  readonly folder: string;
}

/**
 * The environment with these packages and no others; made where it is not there yet, whole or not at all.
 * @param requirements as pip takes them, with versions
 * @throws PeerAbsent where there is no Python, or what it installs from cannot be reached
 */
export async function ensureVenv(root: string, name: string, requirements: readonly string[]): Promise<Venv> {
  const tag = createHash('sha256').update(requirements.join('\n')).digest('hex').slice(0, 12);
  const folder = join(root, '.cache/peers', `${name}-${tag}`);
  const bin = join(folder, 'bin');
  const venv: Venv = { folder, bin, python: join(bin, 'python') };
  const stamp = join(folder, '.whole');
  if (existsSync(stamp)) return venv;
  await mkdir(join(root, '.cache/peers'), { recursive: true });
  // Environments hold their own path: made in place, and taken for absent until the stamp is there.
  await rm(folder, { recursive: true, force: true });
  try {
    await run('python3', ['-m', 'venv', folder], { timeout: installTimeoutMs });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements];
    await run(venv.python, pip, { timeout: installTimeoutMs });
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new PeerAbsent(`${name} cannot be installed here: ${why.trim().split('\n').slice(-3).join(' ')}`, {
      cause: thrown,
    });
  }
  const written = `${stamp}.new`;
  await writeFile(written, requirements.join('\n'));
  await rename(written, stamp);
  return venv;
}
