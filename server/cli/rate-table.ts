// A learning rate sweep as people read it: the loss at some of its rates, and what to take.
import type { RatePoint, RateSweep } from '../../src/core/train/find-learning-rate.ts';
import { table } from './output.ts';

/** A screen's worth. */
const maxRows = 20;

export function renderSweep({ points, suggested, ended }: RateSweep): string {
  const every = Math.max(1, Math.ceil(points.length / maxRows));
  const shown = points.filter((_, i) => i % every === 0 || i === points.length - 1);
  const cells = ({ rate, loss, smoothed }: RatePoint) => [
    formatRate(rate),
    loss.toFixed(4),
    smoothed.toFixed(4),
  ];
  const why = {
    'blown-up': 'there the loss had grown to four times the least',
    'no-number': 'there the loss was no longer a number',
    'highest-rate': 'the highest that is tried',
  }[ended];
  const last = points.at(-1);
  const end = last
    ? `Tried up to ${formatRate(last.rate)}: ${why}.\n`
    : 'The loss is no number from the start.\n';
  const advice =
    suggested === null
      ? 'The loss fell at no rate.\n'
      : `Take ${formatRate(suggested)}: a tenth of the rate at which the smoothed loss was least.\n`;
  return table(['rate', 'loss', 'smoothed'], shown.map(cells)) + end + advice;
}

function formatRate(rate: number): string {
  return String(Number(rate.toPrecision(2)));
}
