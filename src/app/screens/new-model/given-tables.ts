// Tables that were given, one after another, to be looked at before they are brought in.
import { signal } from '@preact/signals';
import { rowLimits } from '../../../core/teach/row-limits.ts';
import { t } from '../../i18n/bring-table.ts';
import { formatBytes } from '../../i18n/format.ts';
import { teachingWords } from '../../i18n/teaching.ts';
import { toast } from '../../parts/toast.tsx';
import { type GivenFile, isShownFile } from '../../state/given-files.ts';
import type { Teaching } from '../../state/project.ts';
import { bringing } from './bringing.ts';
import type { GivenTable } from './given-table.ts';
import { sayImported } from './say-brought.ts';

/** A table, and whom it was given to. */
export interface WaitingTable extends GivenTable {
  /** Of its waiting: the same text may wait twice. */
  readonly id: string;
  /** Of the project. */
  readonly project: string;
  /** The label of the class that all its rows are of; null: to be said. */
  readonly into: string | null;
}

/** The first given first. */
export const waitingTables = signal<readonly WaitingTable[]>([]);

/** @param into the label of the class they were given to; null: to none */
export async function giveTables(
  teaching: Teaching,
  files: readonly GivenFile[],
  into: string | null,
): Promise<void> {
  const tables = files.filter(given => isShownFile('row', given));
  if (tables.length === 0) toast(teachingWords('row')('noPhotosIn'));
  for (const { file } of tables) {
    if (file.size > rowLimits.fileBytes) sayTooLarge(file.size);
    else {
      const given = { name: file.name.replace(/\.[^.]*$/, ''), text: await file.text() };
      if (!(await giveTable(teaching, given, into))) return;
    }
  }
}

/** @returns false where it was stopped: what stands behind it is not wanted either */
export async function giveTable(
  teaching: Teaching,
  given: GivenTable,
  into: string | null = null,
): Promise<boolean> {
  // No byte stands for more than a character of it.
  if (given.text.length > rowLimits.fileBytes) {
    sayTooLarge(given.text.length);
    return true;
  }
  const shown = bringing(0);
  const made = await teaching.bringOwnTable(given.text, {
    signal: shown.signal,
    onProgress: ({ done, total }) => shown.show(done, total),
  });
  shown.end();
  // One that this app wrote says of itself what its rows are.
  if (made === 'other') wait(teaching, given, into);
  else if (made) sayImported(teaching, made);
  return !shown.signal.aborted;
}

function sayTooLarge(bytes: number): void {
  toast(t('tooLarge', { size: formatBytes(bytes), max: formatBytes(rowLimits.fileBytes) }));
}

function wait(teaching: Teaching, given: GivenTable, into: string | null): void {
  const project = teaching.project.peek().id;
  const waiting = { ...given, id: crypto.randomUUID(), project, into };
  waitingTables.value = [...waitingTables.peek(), waiting];
}

export function letGo(table: WaitingTable): void {
  waitingTables.value = waitingTables.peek().filter(each => each !== table);
}
