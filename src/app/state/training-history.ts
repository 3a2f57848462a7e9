// The curve of a training run, kept short enough to draw ten times a second however long the run is. Knows no worker.
import type { TrainProgress } from '../../core/train/engine.ts';

/** Beyond this every second point is dropped: the curve keeps its shape, drawing keeps its cost. */
export const maxPoints = 800;

export interface HistoryPoint {
  /** Epochs done, fractions included: the chart's x. */
  readonly epochs: number;
  /** Means over the epoch so far. */
  readonly loss: number;
  readonly accuracy: number;
  /** Of the epoch that ended here; null at all other points. */
  readonly validationLoss: number | null;
  readonly validationAccuracy: number | null;
}

/** The history with one more report. A report of a step that is there already changes nothing. */
export function withProgress(
  history: readonly HistoryPoint[],
  before: TrainProgress | null,
  now: TrainProgress,
): readonly HistoryPoint[] {
  if (before && now.step <= before.step && now.validationLoss === before.validationLoss) return history;
  const fresh = now.validationLoss !== null && now.validationLoss !== before?.validationLoss;
  const point: HistoryPoint = {
    epochs: (now.step / Math.max(1, now.steps)) * now.epochs,
    loss: now.loss,
    accuracy: now.accuracy,
    validationLoss: fresh ? now.validationLoss : null,
    validationAccuracy: fresh ? now.validationAccuracy : null,
  };
  const grown = [...history, point];
  return grown.length > maxPoints ? thinned(grown) : grown;
}

/** Every second point, and always the newest; a dropped point's validation figures move to its successor. */
function thinned(points: readonly HistoryPoint[]): HistoryPoint[] {
  const kept: HistoryPoint[] = [];
  for (let i = 1; i < points.length; i += 2) {
    const point = points[i]!;
    const dropped = points[i - 1]!;
    const moved = point.validationLoss === null && dropped.validationLoss !== null;
    kept.push(
      moved
        ? {
            ...point,
            validationLoss: dropped.validationLoss,
            validationAccuracy: dropped.validationAccuracy,
          }
        : point,
    );
  }
  if (points.length % 2 === 1) kept.push(points[points.length - 1]!);
  return kept;
}

/** The points for a table a screen reader can walk: at most `rows`, evenly spread, the last one always. */
export function tableRows(history: readonly HistoryPoint[], rows: number): HistoryPoint[] {
  if (history.length <= rows) return [...history];
  const stride = (history.length - 1) / (rows - 1);
  return Array.from({ length: rows }, (_, i) => history[Math.round(i * stride)]!);
}
