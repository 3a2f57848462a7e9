import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choose, type Contender } from '../../../server/upstream/choose.ts';

/** Mulberry32: the same numbers each time. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const contender = fc.record({
  weight: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1000, noNaN: true })),
  outstanding: fc.nat(50),
});

describe('the choice', () => {
  it('is one of those there are; one that stands by only where nobody else is there', () => {
    fc.assert(
      fc.property(fc.array(contender, { maxLength: 8 }), fc.integer(), (contenders, seed) => {
        const chosen = choose(contenders, seeded(seed));
        if (contenders.length === 0) expect(chosen).toBeNull();
        else expect(contenders).toContain(chosen);
        if (contenders.some(({ weight }) => weight > 0)) expect(chosen!.weight).toBeGreaterThan(0);
      }),
    );
  });

  it('never falls on the busiest of several that have one weight', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(1000), { minLength: 2, maxLength: 8 }),
        fc.integer(),
        (loads, seed) => {
          const contenders = loads.map(outstanding => ({ weight: 1, outstanding }));
          expect(choose(contenders, seeded(seed))!.outstanding).toBeLessThan(Math.max(...loads));
        },
      ),
    );
  });

  it('gives each weight its share, however busy it is: within four standard deviations', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ weight: fc.integer({ min: 1, max: 100 }), outstanding: fc.nat(50) }), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.integer(),
        (contenders, seed) => {
          const random = seeded(seed);
          const rounds = 2000;
          const counts = new Map<number, number>();
          for (let n = 0; n < rounds; n += 1) {
            const { weight } = choose(contenders, random)!;
            counts.set(weight, (counts.get(weight) ?? 0) + 1);
          }
          const sum = contenders.reduce((all, { weight }) => all + weight, 0);
          for (const weight of new Set(contenders.map(each => each.weight))) {
            const share = (contenders.filter(each => each.weight === weight).length * weight) / sum;
            const deviation = Math.sqrt(rounds * share * (1 - share));
            expect(Math.abs((counts.get(weight) ?? 0) - rounds * share)).toBeLessThanOrEqual(
              4 * deviation + 1,
            );
          }
        },
      ),
      { numRuns: 30, seed: 7 },
    );
  });

  it('keeps queues short: in a simulation far shorter than those of a draw by lot, with one slow among ten', () => {
    const byChoice = longestQueue((all, random) => choose(all, random)!);
    const byLot = longestQueue((all, random) => all[Math.floor(random() * all.length)]!);
    expect(byChoice).toBeLessThan(byLot / 3);
  });
});

/** Ten engines at 90 % of what they can; each step serves one request of each, the first serves one in three steps. */
function longestQueue(pick: (all: Contender[], random: () => number) => Contender): number {
  const random = seeded(11);
  const engines = Array.from({ length: 10 }, () => ({ weight: 1, outstanding: 0 }));
  let longest = 0;
  for (let step = 0; step < 3000; step += 1) {
    for (let n = 0; n < 8; n += 1) (pick(engines, random) as { outstanding: number }).outstanding += 1;
    longest = Math.max(longest, ...engines.map(({ outstanding }) => outstanding));
    engines.forEach((engine, i) => {
      if (engine.outstanding > 0 && (i > 0 || step % 3 === 0)) engine.outstanding -= 1;
    });
  }
  return longest;
}
