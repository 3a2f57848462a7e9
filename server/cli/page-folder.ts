// The folder of an exported page: nothing of somebody else's is written over, and a page that is half there does not open.
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PageFile } from '../../src/core/page/compose-page.ts';
import { factsElement } from '../../src/core/page/page-facts.ts';
import { UsageError } from './failure.ts';
import { writeWhole } from './write-whole.ts';

const entry = 'index.html';
/** What each page has had in its HTML (`composePage`). */
const mark = `<script type="application/json" id="${factsElement}">`;

/**
 * One that is not there yet, is empty, or has a page that this command wrote.
 * @throws UsageError otherwise
 */
export async function requirePageFolder(path: string): Promise<void> {
  const names = await readdir(path).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [] as string[];
    if (code === 'ENOTDIR') throw new UsageError(`--out ${path}: this is a file, and no .zip.`);
    throw error;
  });
  if (names.length === 0) return;
  const html = names.includes(entry) ? await readFile(join(path, entry), 'utf8').catch(() => '') : '';
  if (html.includes(mark)) return;
  throw new UsageError(
    `--out ${path}: the folder has other files in it, which a page would be written over.`,
    'Name a folder that is not there yet, one with an older page, or a .zip.',
  );
}

/** `index.html` at last: until then there is no page, or the older one, which says that its files are another's. */
export async function writePageFolder(path: string, files: readonly PageFile[]): Promise<void> {
  await mkdir(path, { recursive: true });
  const isEntry = (file: PageFile) => file.path === entry;
  for (const file of [...files.filter(each => !isEntry(each)), ...files.filter(isEntry)]) {
    await writeWhole(join(path, file.path), file.bytes);
  }
}
