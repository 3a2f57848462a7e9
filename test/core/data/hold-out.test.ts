import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heldOutOf, type Placed, placeNext, sessionPauseMs } from '../../../src/core/data/hold-out.ts';

interface Labelled {
  readonly key: string;
  /** Milliseconds since the one before. */
  readonly pause: number;
}

function place(samples: readonly Labelled[]): Placed[] {
  const placed: Placed[] = [];
  let at = 0;
  for (const { key, pause } of samples) {
    at += pause;
    const { session, part } = placeNext(placed, { key, at });
    placed.push({ key, part, session: session ?? `session ${placed.length}`, at });
  }
  return placed;
}

const letters = (placed: readonly Placed[]) => placed.map(({ part }) => part[1]).join('');
const steady = (count: number, pause: number): Labelled[] =>
  Array.from({ length: count }, (_, i) => ({ key: String(i), pause }));

const pauses = fc.oneof(fc.constant(1000), fc.constant(sessionPauseMs), fc.integer({ min: 0, max: 10 ** 6 }));
const distinct = fc
  .array(pauses, { maxLength: 150 })
  .map(all => all.map((pause, i) => ({ key: String(i), pause })));
const withTwins = fc.array(
  fc.record({ key: fc.integer({ min: 0, max: 30 }).map(String), pause: pauses }),
  { maxLength: 150 },
);

describe('a sample of a model that came without data', () => {
  it('is held out where it is the fifth', () => {
    for (const pause of [1000, sessionPauseMs]) {
      expect(letters(place(steady(4, pause)))).toBe('rrrr');
      expect(letters(place(steady(5, pause)))).toBe('rrrre');
    }
  });

  it('is held out every fifth time, where each is a session of its own', () => {
    expect(letters(place(steady(20, sessionPauseMs)))).toBe('rrrre'.repeat(4));
  });

  it('is held out in runs that grow to five, where there is no pause', () => {
    const runs = letters(place(steady(100, 1000))).match(/r+|e+/g)!.map(run => run.length);
    expect(runs).toEqual([4, 1, 8, 2, 12, 3, 16, 4, 20, 5, 20, 5]);
  });

  it('shares its part with every other of its session', () => {
    fc.assert(
      fc.property(withTwins, samples => {
        const parts = new Map<string, string>();
        for (const { session, part } of place(samples)) {
          expect(parts.get(session!) ?? part).toBe(part);
          parts.set(session!, part);
        }
      }),
    );
  });

  it('shares its part with its twins', () => {
    fc.assert(
      fc.property(withTwins, samples => {
        const parts = new Map<string, string>();
        for (const { key, part } of place(samples)) {
          expect(parts.get(key) ?? part).toBe(part);
          parts.set(key, part);
        }
      }),
    );
  });

  it('begins another session after a pause', () => {
    fc.assert(
      fc.property(distinct, samples => {
        const placed = place(samples);
        placed.forEach(({ session, at }, i) => {
          const before = placed[i - 1];
          if (before && at - before.at >= sessionPauseMs) expect(session).not.toBe(before.session);
        });
      }),
    );
  });

  it('is one of five that are held out, give or take four', () => {
    fc.assert(
      fc.property(distinct, samples => {
        const placed = place(samples);
        const heldOut = placed.filter(({ part }) => part === 'test').length;
        expect(heldOut).toBeLessThanOrEqual(placed.length / heldOutOf);
        expect(heldOut).toBeGreaterThanOrEqual(placed.length / heldOutOf - 4);
      }),
    );
  });

  it('keeps the place that samples from before have, and is placed beside them', () => {
    const before: Placed[] = ['train', 'test', 'test'].map((part, i) => {
      return { key: String(i), part: part as Placed['part'], at: i };
    });
    expect(placeNext(before, { key: '1', at: 9 })).toEqual({ session: null, part: 'test' });
    expect(placeNext(before, { key: 'new', at: 9 })).toEqual({ session: null, part: 'train' });
  });
});
