// Files that somebody chose or dropped, folders walked, each with its path.
import type { ShownKind } from '../../device/project-schemas.ts';
import { isHidden, isNameOf } from '../../device/shown-files.ts';

export interface GivenFile {
  readonly file: File;
  /** With `/`, from what was dropped or chosen on. */
  readonly path: string;
}

/** A folder of more is not what somebody meant to show. */
const filesAtMost = 20_000;

/** Must be called while the drop is handled: the browser lets go of its items after. */
export async function filesOf(data: DataTransfer): Promise<GivenFile[]> {
  const entries = [...data.items].map(item => item.webkitGetAsEntry()).filter(entry => entry !== null);
  if (entries.length === 0) return [...data.files].map(file => ({ file, path: file.name }));
  const found: GivenFile[] = [];
  for (const entry of entries) await walk(entry, '', found);
  return found;
}

async function walk(entry: FileSystemEntry, folder: string, found: GivenFile[]): Promise<void> {
  if (found.length >= filesAtMost) return;
  const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    found.push({ file, path });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // One call answers a hundred entries at most; none is the end (File and Directory Entries API, section 7.3).
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const one of some) await walk(one, path, found);
  }
}

const types = { photo: 'image/', sound: 'audio/', row: 'text/' } as const satisfies Record<ShownKind, string>;

/** Whether it may be one of what a project of that kind is shown. */
export function isShownFile(kind: ShownKind, { file, path }: GivenFile): boolean {
  return file.type.startsWith(types[kind]) || isNameOf(kind, path);
}

export function isZip({ file, path }: GivenFile): boolean {
  return /\.zip$/i.test(path) || file.type === 'application/zip';
}

/**
 * Photos, or sounds, by the folder they lie in; those in none, and in the one that all lie in when there is no other, under ''. Hidden
 * files are left out.
 */
export function byFolder(kind: ShownKind, files: readonly GivenFile[]): Map<string, GivenFile[]> {
  const groups = new Map<string, GivenFile[]>();
  for (const given of files) {
    if (!isShownFile(kind, given) || isHidden(given.path)) continue;
    const folder = given.path.split('/').at(-2) ?? '';
    groups.set(folder, [...(groups.get(folder) ?? []), given]);
  }
  return groups;
}
