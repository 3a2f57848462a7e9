// Python programs to measure against and to speak with, each in an environment of its own below `.cache/python`: made once, kept.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const installTimeoutMs = 240_000;

/** Why what is wanted of Python cannot be had here, in words. */
export class PythonAbsent extends Error {
  name = 'PythonAbsent';
}

/**
 * The environment with these packages; made where it is not there yet, whole or not at all.
 * @param {string} root the repository's
 * @param {string} name for people
 * @param {readonly string[]} requirements as pip takes them, with versions
 * @returns {Promise<{ folder: string, bin: string, python: string }>}
 * @throws {PythonAbsent} where there is no Python, or what it installs from cannot be reached
 */
export async function ensureVenv(root, name, requirements) {
  const tag = createHash('sha256').update(requirements.join('\n')).digest('hex').slice(0, 12);
  const folder = join(root, '.cache/python', `${name}-${tag}`);
  const bin = join(folder, 'bin');
  const venv = { folder, bin, python: join(bin, 'python') };
  const stamp = join(folder, '.whole');
  if (existsSync(stamp)) return venv;
  await mkdir(join(root, '.cache/python'), { recursive: true });
  // An environment holds its own path: made in place, and taken for absent until the stamp is there.
  await rm(folder, { recursive: true, force: true });
  try {
    await run('python3', ['-m', 'venv', folder], { timeout: installTimeoutMs });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements];
    await run(venv.python, pip, { timeout: installTimeoutMs });
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    const last = why.trim().split('\n').slice(-3).join(' ');
    throw new PythonAbsent(`${name} cannot be installed here: ${last}`, { cause: thrown });
  }
  await writeFile(`${stamp}.new`, requirements.join('\n'));
  await rename(`${stamp}.new`, stamp);
  return venv;
}
