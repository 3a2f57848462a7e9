// The numbers of one row that is being typed: asked about as they change, added to a class, and filled in with the last that was
// shown until somebody types.
import { useEffect, useState } from 'preact/hooks';
import { shortest } from '../../../core/data/dataset.ts';
import { numbersFrom } from '../../parts/features-form.tsx';
import type { Teaching } from '../../state/project.ts';
import { canLook } from './says.tsx';

export interface RowForm {
  /** As typed, one a column. */
  readonly texts: readonly string[];
  /** [columns]; null while one of them is none. */
  readonly values: Float32Array<ArrayBuffer> | null;
  readonly type: (texts: readonly string[]) => void;
}

export function useRowForm(teaching: Teaching): RowForm {
  const { columns } = teaching.project.value;
  const [typed, setTyped] = useState<readonly string[] | null>(null);
  const shown = useLastShown(teaching);
  const texts = typed?.length === columns?.length ? typed : shown;
  const full = texts ?? (columns ?? []).map(() => '');
  const numbers = full.length > 0 ? numbersFrom(full) : null;
  const values = numbers && Float32Array.from(numbers);
  const isFinite = values?.every(Number.isFinite) ?? false;
  useAsking(teaching, isFinite ? full.join('\n') : null);
  return { texts: full, values: isFinite ? values : null, type: setTyped };
}

/** The last row that was shown, as text; null: there is none. */
function useLastShown(teaching: Teaching): readonly string[] | null {
  const [texts, setTexts] = useState<readonly string[] | null>(null);
  const last = teaching.examples.value[0]?.id ?? null;
  useEffect(() => {
    if (last === null) return undefined;
    let wanted = true;
    teaching.readRow(last).then(
      row => wanted && row && setTexts(Array.from(row, shortest)),
      (thrown: unknown) => console.warn('haversack: a row could not be read.', thrown),
    );
    return () => {
      wanted = false;
    };
  }, [teaching, last]);
  return texts?.length === teaching.project.value.columns?.length ? texts : null;
}

/** What is typed does not change while it is learnt, and what is said to it does. @param row a number a line; null: there is none */
function useAsking(teaching: Teaching, row: string | null): void {
  const learnt = teaching.standing.value;
  const isReady = canLook(teaching) && teaching.problem.value === null;
  useEffect(() => {
    if (row === null) teaching.look(null);
    else if (isReady && learnt !== null) teaching.look(Float32Array.from(numbersFrom(row.split('\n')) ?? []));
  }, [teaching, row, isReady, learnt]);
  useEffect(() => () => teaching.look(null), [teaching]);
}
