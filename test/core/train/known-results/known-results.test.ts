// Problems whose solutions are known are solved, from the first weights on.
import { expect, test } from 'vitest';
import { accuracyOf, learn } from './learn.ts';
import { knownResults } from './lessons.ts';
import { node } from './node-machine.ts';

test.each(knownResults)('$net learns: $task', { timeout: 600_000 }, async ({ accuracy, lesson }) => {
  const known = lesson(1);
  expect(await accuracyOf(known, node.openSession)).toBeLessThan(0.7);
  expect((await learn(known, node)).accuracy).toBeGreaterThanOrEqual(accuracy);
});
