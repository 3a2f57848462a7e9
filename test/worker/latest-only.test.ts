import { expect, test } from 'vitest';
import { LatestOnly } from '../../src/worker/latest-only.ts';

/** Work that ends when it is told to. */
function held() {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const latest = new LatestOnly((input: number) => {
    begun.push(input);
    return new Promise<string>((resolve, reject) => {
      ends.push(() => (input < 0 ? reject(new Error('bad')) : resolve(`answer to ${input}`)));
    });
  });
  return { begun, latest, endNext: () => ends.shift()!() };
}

test('one is worked on at a time, and of those that wait the last is', async () => {
  const { begun, latest, endNext } = held();
  const [first, second, third] = [1, 2, 3].map(input => latest.run(input));
  await expect(second).rejects.toMatchObject({ code: 'Aborted' });
  expect(begun).toEqual([1]);
  endNext();
  await expect(first).resolves.toBe('answer to 1');
  expect(begun).toEqual([1, 3]);
  const fourth = latest.run(4);
  endNext();
  await expect(third).resolves.toBe('answer to 3');
  endNext();
  await expect(fourth).resolves.toBe('answer to 4');
});

test('one that fails tells its own caller, and the next is worked on', async () => {
  const { latest, endNext } = held();
  const [bad, good] = [-1, 2].map(input => latest.run(input));
  endNext();
  await expect(bad).rejects.toThrow('bad');
  endNext();
  await expect(good).resolves.toBe('answer to 2');
});
