import { expect, it } from 'vitest';
import { measureInTurns, type TurnTaker } from '../../bench/turns.ts';

/** Says that a step takes so long, and writes down whose turn it was. */
function taker(name: string, millisecondsAStep: number, turns: string[]): TurnTaker {
  return steps => {
    turns.push(`${name}${steps}`);
    return Promise.resolve({ millisecondsAStep, losses: [] });
  };
}

it('puts steps together where they are short, and lets each side be first in turn', async () => {
  const turns: string[] = [];
  const takers = new Map([
    ['slow', taker('slow', 1000, turns)],
    ['fast', taker('fast', 10, turns)],
  ]);
  const values = await measureInTurns(takers, 'short');
  // One step each to see how long it takes, then three rounds of about 100 ms.
  expect(turns.slice(0, 2)).toEqual(['slow1', 'fast1']);
  expect(turns.slice(2)).toEqual(['slow1', 'fast10', 'fast10', 'slow1', 'slow1', 'fast10']);
  expect(values).toEqual(
    new Map([
      ['slow', [1000, 1000, 1000]],
      ['fast', [10, 10, 10]],
    ]),
  );
});

it('goes on without a side that fails, and tells of it; without anybody to tell, it ends', async () => {
  const turns: string[] = [];
  const steady = taker('steady', 1000, turns);
  let taken = 0;
  const failing: TurnTaker = steps => {
    taken += 1;
    return taken === 2 ? Promise.reject(new Error('lost')) : taker('failing', 1000, turns)(steps);
  };
  const takers = new Map([
    ['failing', failing],
    ['steady', steady],
  ]);
  const lost: unknown[] = [];
  const values = await measureInTurns(takers, 'short', (key, thrown) => {
    lost.push([key, String(thrown)]);
    return Promise.resolve();
  });
  expect(lost).toEqual([['failing', 'Error: lost']]);
  expect(values).toEqual(new Map([['steady', [1000, 1000, 1000]]]));
  taken = 0;
  await expect(measureInTurns(takers, 'short')).rejects.toThrow('lost');
});
