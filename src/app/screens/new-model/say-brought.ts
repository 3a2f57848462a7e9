// What became of what was brought in, said in passing; of rows that were of something else before, with a way back.
import type { ImportedExamples } from '../../../device/import-examples.ts';
import type { ShownKind } from '../../../device/project-schemas.ts';
import type { AddedRows } from '../../../device/row-examples.ts';
import { t } from '../../i18n/bring-table.ts';
import { t as common } from '../../i18n/common.ts';
import { wordsOfShown } from '../../i18n/shown-or-row.ts';
import { teachingWords } from '../../i18n/teaching.ts';
import { toast } from '../../parts/toast.tsx';
import type { Teaching } from '../../state/project.ts';

/** How many of those that were given came to what. */
export interface Brought {
  kept: number;
  known: number;
  like: number;
  unreadable: number;
}

export function sayImported(teaching: Teaching, made: ImportedExamples): void {
  const { added: kept, known, leftOut: like, unreadable, rows } = made;
  if (rows) void sayRows(teaching, rows, unreadable.length);
  else say(teaching.project.peek().kind, { kept, known, like, unreadable: unreadable.length });
}

export function say(kind: ShownKind, brought: Brought): void {
  toast(textOf(kind, brought, null));
}

/** @param unreadable how many more were given */
export async function sayRows(teaching: Teaching, rows: AddedRows, unreadable = 0): Promise<void> {
  const { added: kept, known, moved } = rows;
  const said = textOf('row', { kept, known, like: 0, unreadable }, await movedText(teaching, rows));
  const undo = { label: common('undo'), run: () => void teaching.takeBackRows(rows) };
  toast(said, moved > 0 ? undo : null, 'teaching');
}

async function movedText(teaching: Teaching, { moved: n, movedTo }: AddedRows): Promise<string | null> {
  if (n === 0) return null;
  const [to] = movedTo;
  const name = movedTo.length === 1 ? await teaching.labelOf(to!) : null;
  return name === null ? t('nowOfOthers', { n }) : t('nowOf', { n, name });
}

function textOf(kind: ShownKind, { kept, known, like, unreadable }: Brought, moved: string | null): string {
  const words = teachingWords(kind);
  const parts = [
    kept > 0 ? words('broughtIn', { n: kept }) : null,
    moved,
    known > 0 ? words('known', { n: known }) : null,
    like > 0 ? words('tooAlike', { n: like }) : null,
    unreadable > 0 ? wordsOfShown(kind)('unreadable', { n: unreadable }) : null,
  ].filter(part => part !== null);
  return parts.length > 0 ? parts.join(' ') : words('noPhotosIn');
}
