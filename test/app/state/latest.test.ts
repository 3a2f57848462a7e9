import { expect, test } from 'vitest';
import { createLatest } from '../../../src/app/state/latest.ts';

/** Questions that are answered when the test says so. */
function setUp() {
  const runs: { argument: string; finish: () => void }[] = [];
  const published: string[] = [];
  const ask = createLatest<string, string>(
    argument =>
      new Promise(resolve => runs.push({ argument, finish: () => resolve(`answer to ${argument}`) })),
    outcome => published.push(outcome),
  );
  const settle = () => new Promise(resolve => setTimeout(resolve));
  return { runs, published, ask, settle };
}

test('of what is asked while one runs, only the latest runs', async () => {
  const { runs, published, ask, settle } = setUp();
  for (const question of ['a', 'b', 'c', 'd']) ask(question);
  expect(runs.map(run => run.argument)).toEqual(['a']);
  runs[0]!.finish();
  await settle();
  expect(runs.map(run => run.argument)).toEqual(['a', 'd']);
  runs[1]!.finish();
  await settle();
  expect(runs).toHaveLength(2);
  expect(published.at(-1)).toBe('answer to d');
});

test('a question that was taken back is not answered', async () => {
  const { runs, published, ask, settle } = setUp();
  ask('a');
  ask(null);
  runs[0]!.finish();
  await settle();
  expect(published).toEqual([]);
  ask('b');
  runs[1]!.finish();
  await settle();
  expect(published).toEqual(['answer to b']);
});

test('a question that was taken back is not answered while a newer one waits either', async () => {
  const { runs, published, ask, settle } = setUp();
  ask('a');
  ask(null);
  ask('b');
  runs[0]!.finish();
  await settle();
  expect(published).toEqual([]);
  runs[1]!.finish();
  await settle();
  expect(published).toEqual(['answer to b']);
});
