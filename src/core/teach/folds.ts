// Parts of what is learnt from, each judged once by what the others taught.
import type { LabelledEmbeddings } from './labelled-embeddings.ts';

/**
 * The fold of each row, 0 to `folds` − 1. What was recorded in one go is not parted, but where it is more than half of its
 * class: it is then cut into runs of rows that follow each other, for a class that is only ever trained on, or only ever
 * judged, says nothing. Of each class the folds hold about as many rows.
 */
export function foldsOf(
  { labels, recordings }: Pick<LabelledEmbeddings, 'labels' | 'recordings'>,
  folds: number,
): Int32Array<ArrayBuffer> {
  const result = new Int32Array(labels.length);
  for (const rows of groups(labels.keys(), row => labels[row]!)) {
    const sizes = new Array<number>(folds).fill(0);
    const units = groups(rows, row => recordings[row]!).flatMap(unit => {
      return unit.length * 2 > rows.length ? runsOf(unit, folds) : [unit];
    });
    // The largest first, each to where there is least; the sort is stable, so that the same rows give the same folds.
    for (const unit of units.sort((a, b) => b.length - a.length)) {
      const fold = sizes.indexOf(Math.min(...sizes));
      sizes[fold]! += unit.length;
      for (const row of unit) result[row] = fold;
    }
  }
  return result;
}

/** In the order in which their first member comes. */
function groups<K>(rows: Iterable<number>, keyOf: (row: number) => K): number[][] {
  const found = new Map<K, number[]>();
  for (const row of rows) {
    const group = found.get(keyOf(row));
    if (group) group.push(row);
    else found.set(keyOf(row), [row]);
  }
  return [...found.values()];
}

function runsOf(unit: readonly number[], count: number): number[][] {
  const runs = Array.from({ length: count }, (_, i) => {
    return unit.slice(Math.floor((i * unit.length) / count), Math.floor(((i + 1) * unit.length) / count));
  });
  return runs.filter(run => run.length > 0);
}
