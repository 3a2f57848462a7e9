// Which of many equal cells are in sight of a box that scrolls.

/** Rows kept ready beyond either edge. */
const spareRows = 2;

export interface Window {
  /** Index of the first cell that is wanted, and of the first that is not any more. */
  readonly from: number;
  readonly to: number;
  /** Of all cells. */
  readonly heightPx: number;
}

export function windowOf(of: {
  readonly count: number;
  readonly columns: number;
  /** From one row to the next. */
  readonly pitchPx: number;
  readonly scrollTop: number;
  /** Of the box. */
  readonly heightPx: number;
}): Window {
  const { count, columns, pitchPx, scrollTop, heightPx } = of;
  const rows = Math.ceil(count / columns);
  const first = Math.max(0, Math.floor(scrollTop / pitchPx) - spareRows);
  const last = Math.min(rows, Math.ceil((scrollTop + heightPx) / pitchPx) + spareRows);
  return { from: first * columns, to: Math.min(count, last * columns), heightPx: rows * pitchPx };
}
