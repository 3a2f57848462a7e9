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
    if (file.size > rowLimits.fileBytes) {
      toast(t('tooLarge', { size: formatBytes(file.size), max: formatBytes(rowLimits.fileBytes) }));
    } else {
      const text = await file.text();
      if (await bringOwn(teaching, text)) continue;
      giveText(teaching, { name: file.name.replace(/\.[^.]*$/, ''), text }, into);
    }
  }
}

/** @returns whether it was one that this app wrote: such says of itself what its rows are */
async function bringOwn(teaching: Teaching, text: string): Promise<boolean> {
  const shown = bringing(0);
  const made = await teaching.bringOwnTable(text, {
    signal: shown.signal,
    onProgress: ({ done, total }) => shown.show(done, total),
  });
  shown.end();
  if (made && made !== 'other') sayImported('row', made);
  return made !== 'other';
}

export function giveText(teaching: Teaching, given: GivenTable, into: string | null = null): void {
  const project = teaching.project.peek().id;
  waitingTables.value = [...waitingTables.peek(), { ...given, project, into }];
}

export function letGo(table: WaitingTable): void {
  waitingTables.value = waitingTables.peek().filter(each => each !== table);
}
