// How dark a cell of a confusion matrix is: a share of its row, in steps that have classes in the style sheet.

/** Classes `heat-0` (nothing) to `heat-6` (the whole row). */
export const heatSteps = 6;

/** Step of a cell whose row holds `total`: 0 only where the cell is 0, so that a single mistake is seen. */
export function heatStep(value: number, total: number): number {
  if (value <= 0 || total <= 0) return 0;
  return Math.max(1, Math.round((Math.min(value, total) / total) * heatSteps));
}
