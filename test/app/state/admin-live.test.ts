import { expect, test } from 'vitest';
import { followLive, sparkline } from '../../../src/app/state/admin-live.ts';
import { HaversackError } from '../../../src/core/errors.ts';

/** Asks until the answers run out, then leaves. */
async function follow(answers: readonly (number | Error)[]) {
  const left = new AbortController();
  const seen: (number | string)[] = [];
  let asked = 0;
  let under = 0;
  await followLive<number>({
    ask: async () => {
      under += 1;
      expect(under).toBe(1);
      await Promise.resolve();
      under -= 1;
      const answer = answers[asked++]!;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    onAnswer: answer => {
      seen.push(answer);
      if (asked === answers.length) left.abort();
    },
    onFailure: ({ code }) => seen.push(code),
    signal: left.signal,
    everyMs: 0,
  });
  return { seen, asked };
}

test('asks again after each answer, one question at a time, until it is left', async () => {
  expect(await follow([1, 2, 3])).toEqual({ seen: [1, 2, 3], asked: 3 });
});

test('a failure is told, and does not end it', async () => {
  expect((await follow([1, new HaversackError('Unavailable', 'stops'), 2])).seen).toEqual([
    1,
    'Unavailable',
    2,
  ]);
});

test('what comes after it was left is nobody’s', async () => {
  const left = new AbortController();
  const seen: unknown[] = [];
  let answer: (value: number) => void = () => undefined;
  const ended = followLive<number>({
    ask: () => new Promise(resolve => (answer = resolve)),
    onAnswer: value => seen.push(value),
    onFailure: failure => seen.push(failure),
    signal: left.signal,
  });
  left.abort();
  answer(1);
  await ended;
  expect(seen).toEqual([]);
});

test('a small curve fills its box: zero at the bottom, the most at the top', () => {
  expect(sparkline([0, 5, 10], 100, 20)).toBe('0,20 50,10 100,0');
  expect(sparkline([0, 0], 100, 20)).toBe('0,20 100,20');
  expect(sparkline([7], 100, 20)).toBe('0,0');
  expect(sparkline([], 100, 20)).toBe('');
});
