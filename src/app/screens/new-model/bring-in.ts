// Photos or sounds from files: one by one, so that never more than one is unfolded in memory, with a stop between. Tables are looked
// at before they are brought in.
import { HaversackError } from '../../../core/errors.ts';
import { soundWindows } from '../../../core/teach/sound-windows.ts';
import { decodeSound } from '../../../device/decode-sound.ts';
import type { KeptShown } from '../../../device/examples.ts';
import { prepareSound } from '../../../device/prepare-sound.ts';
import type { ShownKind } from '../../../device/project-schemas.ts';
import { teachingWords } from '../../i18n/teaching.ts';
import { toast } from '../../parts/toast.tsx';
import { byFolder, type GivenFile, isShownFile, isZip } from '../../state/given-files.ts';
import { takeFromFile } from '../../state/photos.ts';
import type { Teaching } from '../../state/project.ts';
import { bringing } from './bringing.ts';
import { giveTables } from './given-tables.ts';
import { type Brought, say, sayImported } from './say-brought.ts';

/** Into one class; a zip among them by its folders. */
export async function bringFiles(
  teaching: Teaching,
  classId: string,
  files: readonly GivenFile[],
): Promise<void> {
  const { kind } = teaching.project.peek();
  if (files.some(isZip)) await bringAll(teaching, files);
  else if (kind === 'row') await giveTables(teaching, files, labelOf(teaching, classId));
  else {
    await bring([{ classId, files: files.filter(given => isShownFile(kind, given)) }], teaching);
  }
}

/** A class for each folder, by its name; files in none go to the first class. */
export async function bringAll(teaching: Teaching, files: readonly GivenFile[]): Promise<void> {
  for (const { file } of files.filter(isZip)) {
    if (!(await bringZip(teaching, file))) return;
  }
  const { kind } = teaching.project.peek();
  if (kind === 'row') {
    const tables = files.filter(given => !isZip(given));
    if (tables.length > 0) await giveTables(teaching, tables, null);
    return;
  }
  const folders = [...byFolder(kind, files)];
  if (folders.length === 0) {
    if (!files.some(isZip)) toast(teachingWords(kind)('noPhotosIn'));
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

function labelOf(teaching: Teaching, classId: string): string | null {
  return teaching.project.peek().classes.find(({ id }) => id === classId)?.label ?? null;
}

interface Batch {
  readonly classId: string;
  readonly files: readonly GivenFile[];
}

/** @returns false where it was stopped: what stands behind it is not wanted either */
async function bringZip(teaching: Teaching, zip: File): Promise<boolean> {
  const shown = bringing(0);
  const made = await teaching.bringZip(zip, {
    signal: shown.signal,
    onProgress: ({ done, total }) => shown.show(done, total),
  });
  shown.end();
  if (made) sayImported(teaching, made);
  return !shown.signal.aborted;
}

async function bring(batches: readonly Batch[], teaching: Teaching): Promise<void> {
  const total = batches.reduce((sum, { files }) => sum + files.length, 0);
  const count: Brought = { kept: 0, known: 0, like: 0, unreadable: 0 };
  const { kind } = teaching.project.peek();
  const shown = bringing(total);
  let done = 0;
  // What one failed of (no room, the class is gone), the next would fail of, too.
  let failed = false;
  for (const batch of batches) {
    const together = crypto.randomUUID();
    for (const { file } of batch.files) {
      if (shown.signal.aborted || failed) break;
      // A file of sound is a recording of its own; photos that are given together may well be of one.
      const recording = kind === 'sound' ? crypto.randomUUID() : together;
      const one = { classId: batch.classId, recording, file, signal: shown.signal };
      failed = !(await bringOne(teaching, one, count));
      shown.show((done += 1), total);
    }
  }
  shown.end();
  say(kind, count);
}

interface OneFile {
  readonly classId: string;
  readonly recording: string;
  readonly file: File;
  /** Looked at between the seconds of a sound. */
  readonly signal: AbortSignal;
}

/** @returns false where it could not be kept, which was told */
async function bringOne(
  teaching: Teaching,
  { classId, recording, file, signal }: OneFile,
  count: Brought,
): Promise<boolean> {
  try {
    for await (const shown of shownIn(teaching.project.peek().kind, file)) {
      if (signal.aborted) break;
      const outcome = await teaching.add(classId, shown, { recording, source: 'file' });
      if (outcome === 'failed') return false;
      count[outcome] += 1;
    }
  } catch (thrown) {
    console.warn(`haversack: ${file.name} could not be read.`, thrown);
    count.unreadable += 1;
  }
  return true;
}

/**
 * The photo, or the seconds of the sound, one at a time.
 * @throws HaversackError `InputInvalid` for what the browser cannot show or play, or what is shorter than a sound; `TooLarge`
 */
async function* shownIn(kind: ShownKind, file: File): AsyncGenerator<KeptShown, void, void> {
  if (kind === 'photo') {
    const taken = await takeFromFile(file);
    if (!taken.ok) throw new HaversackError(taken.error.code, taken.error.detail);
    return yield taken.value;
  }
  const seconds = soundWindows(await decodeSound(file));
  if (seconds.length === 0) throw new HaversackError('InputInvalid', 'shorter than a tenth of a second');
  for (const second of seconds) yield await prepareSound(second);
}
