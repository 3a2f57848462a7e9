// The part of a sample of a model that came without data: every fifth is kept out of training, whole capture sessions at
// a time, because what was captured together is alike. Knows no store and no clock.
import type { Part } from '../artifact/documents.ts';

/** One of so many is held out. */
export const heldOutOf = 5;
/** After a pause as long as this, what is labelled next is another session. */
export const sessionPauseMs = 2 * 60_000;
/** A session of held-out samples has no more than these. */
const longestHeldOut = 5;

/** A sample that has its place. */
export interface Placed {
  /** What two samples share exactly when their numbers are the same (`rowKey`). */
  readonly key: string;
  readonly part: Part;
  /** Absent for those that were placed by their content. */
  readonly session?: string | undefined;
  /** When it was labelled, in milliseconds. */
  readonly at: number;
}

export interface Place {
  /** Null: a new session begins with it. */
  readonly session: string | null;
  readonly part: Part;
}

/**
 * Where the next sample goes. Twins share a place. A session lies in one part; a pause ends it, and so does its share: a
 * sitting without a pause goes on as the next session, so that it can be judged on too. There the held-out sessions grow
 * from one sample to five: few samples are parted at once, many in runs that touch their neighbours at the ends only.
 * With n samples and no twins, between n / 5 − 4 and n / 5 are held out; of the first five, one.
 * @param before oldest first
 */
export function placeNext(before: readonly Placed[], next: Pick<Placed, 'key' | 'at'>): Place {
  const twin = before.find(({ key }) => key === next.key);
  if (twin) return { session: twin.session ?? null, part: twin.part };
  const last = before.at(-1);
  const running = last && Math.abs(next.at - last.at) < sessionPauseMs ? last : null;
  const heldOut = before.filter(({ part }) => part === 'test');
  const sessions = new Set(heldOut.map(({ session }) => session)).size;
  // A session that is under way is cut short for a whole one only; a pause, and a held-out one, are not to be waited for.
  const wanted = running?.part === 'train' ? Math.min(longestHeldOut, sessions + 1) : 1;
  const learnt = before.length - heldOut.length;
  const part = learnt >= (heldOutOf - 1) * (heldOut.length + wanted) ? 'test' : 'train';
  return { session: running?.part === part ? (running.session ?? null) : null, part };
}
