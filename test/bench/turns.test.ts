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
