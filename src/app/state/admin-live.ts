// Asks a question again and again while its answer is looked at: each time a second after the last answer came, so that a slow
// server is not asked twice at once.
import { wait } from '../../client/wait.ts';
import { type Failure, toFailure } from '../../core/errors.ts';

/** Between an answer and the next question. */
export const liveEveryMs = 1000;

export interface FollowOptions<T> {
  readonly ask: (signal: AbortSignal) => Promise<T>;
  readonly onAnswer: (answer: T) => void;
  /** It goes on asking: what was told before is told again with the next answer. */
  readonly onFailure: (failure: Failure) => void;
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}

/** Asks at once, then until `signal` aborts. */
export async function followLive<T>(options: FollowOptions<T>): Promise<void> {
  const { ask, onAnswer, onFailure, signal, everyMs = liveEveryMs } = options;
  const hasLeft = (): boolean => signal.aborted;
  while (!hasLeft()) {
    try {
      const answer = await ask(signal);
      if (!hasLeft()) onAnswer(answer);
    } catch (thrown) {
      if (!hasLeft()) onFailure(toFailure(thrown, 'Offline'));
    }
    if (!hasLeft()) await wait(everyMs, signal);
  }
}

/** Where a line is drawn through figures, in a box of this size: `x,y x,y …` for an SVG polyline. Zero lies at the bottom. */
export function sparkline(values: readonly number[], width: number, height: number): string {
  if (values.length === 0) return '';
  const most = Math.max(...values);
  const step = values.length === 1 ? 0 : width / (values.length - 1);
  const scale = most === 0 ? 0 : height / most;
  return values.map((value, i) => `${round(i * step)},${round(height - value * scale)}`).join(' ');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
