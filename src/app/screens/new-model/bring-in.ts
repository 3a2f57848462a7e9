// Photos from files: one by one, so that never more than one is unfolded in memory, with a stop between.
import { t } from '../../i18n/new-model.ts';
import { t as photo } from '../../i18n/photo.ts';
import { toast } from '../../parts/toast.tsx';
import { byFolder, type GivenFile, isPhotoFile, isZip } from '../../state/given-files.ts';
import { takeFromFile } from '../../state/photos.ts';
import type { Teaching } from '../../state/project.ts';
import { bringing } from './bringing.ts';

interface Count {
  kept: number;
  known: number;
  like: number;
  unreadable: number;
}

/** Into one class; a zip among them by its folders. */
export async function bringPhotos(
  teaching: Teaching,
  classId: string,
  files: readonly GivenFile[],
): Promise<void> {
  if (files.some(isZip)) await bringAll(teaching, files);
  else await bring([{ classId, files: files.filter(isPhotoFile) }], teaching);
}

/** A class for each folder, by its name; photos in none go to the first class. */
export async function bringAll(teaching: Teaching, files: readonly GivenFile[]): Promise<void> {
  for (const { file } of files.filter(isZip)) await bringZip(teaching, file);
  const folders = [...byFolder(files)];
  if (folders.length === 0) {
    if (!files.some(isZip)) toast(t('noPhotosIn'));
    return;
  }
  const batches: Batch[] = [];
  for (const [folder, some] of folders) {
    const classId = await teaching.classNamed(folder);
    if (classId === null) return;
    batches.push({ classId, files: some });
  }
  await bring(batches, teaching);
}

interface Batch {
  readonly classId: string;
  readonly files: readonly GivenFile[];
}

async function bringZip(teaching: Teaching, zip: File): Promise<void> {
  const shown = bringing(0);
  const made = await teaching.bringZip(zip, {
    signal: shown.signal,
    onProgress: ({ done, total }) => shown.show(done, total),
  });
  shown.end();
  if (made) {
    const { added: kept, known, leftOut: like, unreadable } = made;
    say({ kept, known, like, unreadable: unreadable.length });
  }
}

async function bring(batches: readonly Batch[], teaching: Teaching): Promise<void> {
  const total = batches.reduce((sum, { files }) => sum + files.length, 0);
  const count: Count = { kept: 0, known: 0, like: 0, unreadable: 0 };
  const shown = bringing(total);
  let done = 0;
  // What one failed of (no room, the class is gone), the next would fail of, too.
  let failed = false;
  for (const batch of batches) {
    const recording = crypto.randomUUID();
    for (const { file } of batch.files) {
      if (shown.signal.aborted || failed) break;
      failed = !(await bringOne(teaching, batch.classId, recording, file, count));
      shown.show((done += 1), total);
    }
  }
  shown.end();
  say(count);
}

/** @returns false where it could not be kept, which was told */
async function bringOne(
  teaching: Teaching,
  classId: string,
  recording: string,
  file: File,
  count: Count,
): Promise<boolean> {
  const taken = await takeFromFile(file);
  if (!taken.ok) {
    count.unreadable += 1;
    return true;
  }
  const outcome = await teaching.add(classId, taken.value, { recording, source: 'file' });
  if (outcome === 'failed') return false;
  count[outcome] += 1;
  return true;
}

function say({ kept, known, like, unreadable }: Count): void {
  const parts = [
    kept > 0 ? t('broughtIn', { n: kept }) : null,
    known > 0 ? t('known', { n: known }) : null,
    like > 0 ? t('tooAlike', { n: like }) : null,
    unreadable > 0 ? photo('unreadable', { n: unreadable }) : null,
  ].filter(part => part !== null);
  toast(parts.length > 0 ? parts.join(' ') : t('noPhotosIn'));
}
