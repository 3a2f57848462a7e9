// What a smaller variant gains and costs, in sentences: which ones, and their figures. The dictionary holds the words.
import type { Evaluation } from '../../../core/artifact/documents.ts';
import type { Column } from './columns.ts';
import type { Timing } from './timing.ts';

export type Finding =
  | { readonly kind: 'one' }
  | { readonly kind: 'smaller' | 'larger'; readonly name: string; readonly share: number }
  | { readonly kind: 'sameAccuracy' }
  | { readonly kind: 'worse' | 'better'; readonly small: number; readonly large: number }
  | { readonly kind: 'faster'; readonly factor: number }
  | { readonly kind: 'slower'; readonly smallMs: number; readonly largeMs: number }
  | { readonly kind: 'sameSpeed' };

/** Timings this close to each other are the same. */
const sameSpeedWithin = 0.1;

/** The smallest against the authority. Speed is told only where both were measured on this device. */
export function findingsOf(columns: readonly Column[], timings: ReadonlyMap<string, Timing>): Finding[] {
  const large = columns[0];
  const small = columns.at(-1);
  if (!large || !small || large === small) return [{ kind: 'one' }];
  return [
    sizeFinding(small, large),
    ...accuracyFinding(small.evaluation, large.evaluation),
    ...speedFinding(timings.get(small.name), timings.get(large.name)),
  ];
}

/** `share` of the authority's bytes that are saved, or come on top. */
function sizeFinding(small: Column, large: Column): Finding {
  const share = 1 - small.bytes / large.bytes;
  return { kind: share >= 0 ? 'smaller' : 'larger', name: small.name, share: Math.abs(share) };
}

function accuracyFinding(small: Evaluation | null, large: Evaluation | null): Finding[] {
  const low = small?.metrics['accuracy'];
  const high = large?.metrics['accuracy'];
  if (low === null || low === undefined || high === null || high === undefined) return [];
  const inside =
    within(low, large?.interval ?? null) || within(high, small?.interval ?? null) || low === high;
  if (inside) return [{ kind: 'sameAccuracy' }];
  return [{ kind: low < high ? 'worse' : 'better', small: low, large: high }];
}

function within(value: number, interval: Evaluation['interval']): boolean {
  return interval?.metric === 'accuracy' && value >= interval.low && value <= interval.high;
}

function speedFinding(small: Timing | undefined, large: Timing | undefined): Finding[] {
  if (!small || !large || small.runMs <= 0) return [];
  const factor = large.runMs / small.runMs;
  if (factor > 1 + sameSpeedWithin) return [{ kind: 'faster', factor }];
  if (factor < 1 - sameSpeedWithin) return [{ kind: 'slower', smallMs: small.runMs, largeMs: large.runMs }];
  return [{ kind: 'sameSpeed' }];
}
