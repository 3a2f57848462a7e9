// Files of a pinned package of the npm registry that nobody has to have installed: from here, from an earlier time, or fetched
// now by npm itself.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ImportFile } from '../../src/core/import/imported.ts';

const run = promisify(execFile);

export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** Of its archive, as a lock file has it (`sha512-…`). */
  readonly integrity: string;
}

/** Told by the command in three lines. */
class PackageUnavailable extends Error {
  override readonly name = 'PackageUnavailable';
  readonly why: string;
  readonly remedy: string;

  constructor({ name, version }: PinnedPackage, why: string) {
    super(`${name} ${version} cannot be fetched.`);
    this.why = why;
    this.remedy = 'Try again where npm reaches its registry; nothing was changed.';
  }
}

/**
 * @param cache a folder that may be made; what is fetched stays in it
 * @throws what is told in three lines, where it is neither here nor can be fetched
 */
export async function packageFiles(
  pinned: PinnedPackage,
  names: readonly string[],
  cache: string,
): Promise<ImportFile[]> {
  const folder = (await installed(pinned)) ?? (await fetched(pinned, names, cache));
  return Promise.all(
    names.map(async name => ({ path: name, bytes: new Uint8Array(await readFile(join(folder, name))) })),
  );
}

/** Where it is installed beside this program, in that version. */
async function installed({ name, version }: PinnedPackage): Promise<string | null> {
  try {
    const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const found = JSON.parse(await readFile(path, 'utf8')) as { readonly version?: string };
    return found.version === version ? dirname(path) : null;
  } catch {
    return null;
  }
}

async function fetched(pinned: PinnedPackage, names: readonly string[], cache: string): Promise<string> {
  const home = join(cache, `${pinned.name.replaceAll('/', '+')}@${pinned.version}`);
  // Others of it may have been fetched before.
  if ((await Promise.all(names.map(name => isThere(join(home, name))))).every(Boolean)) return home;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, '.fetch-'));
  try {
    const archive = await pack(pinned, work);
    const digest = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (`sha512-${digest}` !== pinned.integrity) {
      throw new PackageUnavailable(pinned, 'What came is not what is pinned: its digest is another.');
    }
    // npm's archives have all in a folder `package`.
    const paths = names.map(name => `package/${name}`);
    await run('tar', ['-xzf', archive, '-C', work, ...paths]).catch((error: unknown) => {
      throw new PackageUnavailable(pinned, reasonOf(error));
    });
    // Whoever fetches the same at the same time puts the same there.
    for (const name of names) {
      await mkdir(dirname(join(home, name)), { recursive: true });
      await rename(join(work, 'package', name), join(home, name));
    }
    return home;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** @returns the archive's path */
async function pack(pinned: PinnedPackage, folder: string): Promise<string> {
  // No path among them: a shell would take one with a space in it for two.
  const args = ['pack', `${pinned.name}@${pinned.version}`, '--pack-destination', '.', '--json', '--silent'];
  try {
    // On Windows npm is a script, which only a shell runs.
    const { stdout } = await run('npm', args, { cwd: folder, shell: process.platform === 'win32' });
    const [{ filename }] = JSON.parse(stdout) as [{ readonly filename: string }];
    return join(folder, filename.split(/[\\/]/).at(-1)!);
  } catch (error) {
    throw new PackageUnavailable(pinned, reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  if (said !== '') return said.split('\n').slice(0, 3).join(' ');
  return error instanceof Error ? error.message : String(error);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
