import { expect, it } from 'vitest';
import type { FitState } from '../../../src/core/train/fit-state.ts';
import { untilRefused } from '../../../src/core/train/until-refused.ts';

it('asks no more once it was refused, tells it once, and lets the run go on', async () => {
  const told: unknown[] = [];
  const refusal = new Error('full');
  const answers = [null, refusal];
  const checkpoints = untilRefused(
    {
      due: () => true,
      save: () => {
        const answer = answers.shift();
        return answer ? Promise.reject(answer) : Promise.resolve();
      },
    },
    thrown => told.push(thrown),
  );
  await checkpoints.save({} as FitState);
  expect(checkpoints.due()).toBe(true);
  await checkpoints.save({} as FitState);
  expect(checkpoints.due()).toBe(false);
  expect(told).toEqual([refusal]);
});
