import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HeadTurns } from '../../../src/core/teach/head-turns.ts';

it('a head is trained each time the examples have doubled, and never twice on as many', () => {
  const turns = new HeadTurns();
  const trainedAt = Array.from({ length: 200 }, (_, i) => i + 1).filter(count => turns.isReached(count));
  expect(trainedAt).toEqual([16, 32, 64, 128]);
});

it('however many come at once, all heads but the last cost no more than it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 60 }), steps => {
      const turns = new HeadTurns();
      let count = 0;
      const trainedAt = steps.flatMap(step => {
        count += step;
        return turns.isReached(count) ? [count] : [];
      });
      const before = trainedAt.slice(0, -1).reduce((sum, each) => sum + each, 0);
      expect(before).toBeLessThanOrEqual(2 * (trainedAt.at(-1) ?? 0));
      expect(trainedAt.length > 0).toBe(count >= 16);
    }),
  );
});
