// What became of what was brought in, said in passing.
import type { ImportedExamples } from '../../../device/import-examples.ts';
import type { ShownKind } from '../../../device/project-schemas.ts';
import { wordsOfShown } from '../../i18n/shown-or-row.ts';
import { teachingWords } from '../../i18n/teaching.ts';
import { toast } from '../../parts/toast.tsx';

/** How many of those that were given came to what. */
export interface Brought {
  kept: number;
  known: number;
  like: number;
  unreadable: number;
}

export function sayImported(kind: ShownKind, made: ImportedExamples): void {
  const { added: kept, known, leftOut: like, unreadable } = made;
  say(kind, { kept, known, like, unreadable: unreadable.length });
}

export function say(kind: ShownKind, { kept, known, like, unreadable }: Brought): void {
  const words = teachingWords(kind);
  const parts = [
    kept > 0 ? words('broughtIn', { n: kept }) : null,
    known > 0 ? words('known', { n: known }) : null,
    like > 0 ? words('tooAlike', { n: like }) : null,
    unreadable > 0 ? wordsOfShown(kind)('unreadable', { n: unreadable }) : null,
  ].filter(part => part !== null);
  toast(parts.length > 0 ? parts.join(' ') : words('noPhotosIn'));
}
