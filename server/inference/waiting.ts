// One who waits for a run, or is in one: what is asked, until when, and who is told.
import { HaversackError } from '../../src/core/errors.ts';
import type { TensorMap } from '../../src/core/tensor.ts';

export interface Asked {
  readonly feeds: TensorMap;
  /** On `performance.now()`'s clock. */
  readonly deadlineAt: number;
  /** Whether nobody waits any more. Asked when it matters: a listener for every request would cost more than a small run. */
  readonly isGone: () => boolean;
}

export interface Ran {
  readonly outputs: TensorMap;
  /** Of the run, which may have been for others too. */
  readonly ms: number;
}

/** One who waits. A class, so that all have one shape: this is made for every request. */
export class Waiting {
  readonly feeds: TensorMap;
  readonly deadlineAt: number;
  readonly isGone: () => boolean;
  readonly arrivedAt: number;
  /** What those it may run with have in common; null: it runs alone. */
  shape: string | null;
  readonly rows: number;
  tries = 0;
  settled = false;
  resolve!: (ran: Ran) => void;
  reject!: (error: Error) => void;

  constructor({ feeds, deadlineAt, isGone }: Asked, arrivedAt: number, rows: number, shape: string | null) {
    this.feeds = feeds;
    this.deadlineAt = deadlineAt;
    this.isGone = isGone;
    this.arrivedAt = arrivedAt;
    this.rows = rows;
    this.shape = shape;
  }

  answer(ran: Ran): void {
    if (this.settled) return;
    this.settled = true;
    this.resolve(ran);
  }

  fail(error: Error): void {
    if (this.settled) return;
    this.settled = true;
    this.reject(error);
  }
}

/** Why there is no use in running it any more; null while there is. */
export function whyNot({ isGone, deadlineAt }: Asked, now: number): HaversackError | null {
  if (isGone()) return new HaversackError('Aborted', 'nobody waits for the answer any more');
  return now >= deadlineAt ? tooLate() : null;
}

export function tooLate(): HaversackError {
  return new HaversackError('DeadlineExceeded', 'its time was over before its answer was there');
}

/** Numbers and texts that go in. */
export function sizeOf({ feeds }: Waiting): number {
  let size = 0;
  for (const { data } of Object.values(feeds)) size += data.length;
  return size;
}
