// Where rows of numbers lie: middle, scale and range of each column, of the rows that are learnt from. Knows no graph.

/** Of columns that are measured in units of their own. */
export interface RowFit {
  /** How many it was made from. */
  readonly rows: number;
  /** [columns]: the mean; 0 without rows. */
  readonly middle: Float32Array<ArrayBuffer>;
  /** [columns], finite: 1 / the deviation (of all rows, not of a sample); 0 where a column says nothing, being the same in all. */
  readonly factor: Float32Array<ArrayBuffer>;
  /** [columns]: the least and the most. */
  readonly low: Float32Array<ArrayBuffer>;
  readonly high: Float32Array<ArrayBuffer>;
}

/** Within 32 bits: infinite times 0, which is what lies in the middle, would be no number. */
const largestFactor = 3.4e38;

/** @param values [rows, columns], finite */
export function fitRows(values: Float32Array, columns: number): RowFit {
  const rows = values.length / columns;
  const [middle, squares] = [new Float64Array(columns), new Float64Array(columns)];
  const [low, high] = [
    new Float32Array(columns).fill(rows === 0 ? 0 : Infinity),
    new Float32Array(columns).fill(rows === 0 ? 0 : -Infinity),
  ];
  eachValue(values, columns, (value, column) => {
    middle[column]! += value / rows;
    low[column] = Math.min(low[column]!, value);
    high[column] = Math.max(high[column]!, value);
  });
  eachValue(values, columns, (value, column) => {
    squares[column]! += (value - middle[column]!) ** 2 / rows;
  });
  return {
    rows,
    middle: Float32Array.from(middle),
    // A mean of equal numbers may be off by a rounding: that is no deviation.
    factor: Float32Array.from(squares, (square, column) =>
      low[column]! < high[column]! ? Math.min(1 / Math.sqrt(square), largestFactor) : 0,
    ),
    low,
    high,
  };
}

/**
 * Whether they are not the rows any more that it was made from: twice as many or half as many, or one lies beyond. Between,
 * what is a little off is only seen from a little beside its middle.
 * @param values [rows, columns] of those that are learnt from now
 */
export function isOutgrown(fit: RowFit, values: Float32Array): boolean {
  const columns = fit.middle.length;
  const rows = values.length / columns;
  if (rows !== fit.rows && (rows >= 2 * fit.rows || 2 * rows <= fit.rows)) return true;
  return values.some((value, at) => value < fit.low[at % columns]! || value > fit.high[at % columns]!);
}

function eachValue(
  values: Float32Array,
  columns: number,
  use: (value: number, column: number) => void,
): void {
  for (let at = 0; at < values.length; at++) use(values[at]!, at % columns);
}
