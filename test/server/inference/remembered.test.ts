import { expect, test } from 'vitest';
import { Remembered } from '../../../server/inference/remembered.ts';

function counted(freshMs: number, read: (subject: string, part: string, times: number) => Promise<string>) {
  let times = 0;
  const remembered = new Remembered((subject, part) => read(subject, part, ++times), freshMs);
  return { remembered, times: () => times };
}

test('reads once for all who ask, until it is told that something changed', async () => {
  const { remembered, times } = counted(Infinity, (subject, part, n) =>
    Promise.resolve(`${subject}@${part} ${n}`),
  );
  expect(await Promise.all([1, 2, 3].map(() => remembered.get('digits', 'production')))).toEqual(
    Array.from({ length: 3 }, () => 'digits@production 1'),
  );
  expect(await remembered.get('digits', 'canary')).toBe('digits@canary 2');
  remembered.forget('iris');
  expect(await remembered.get('digits', 'production')).toBe('digits@production 1');
  remembered.forget('digits');
  expect(await remembered.get('digits', 'production')).toBe('digits@production 3');
  expect(times()).toBe(3);
});

test('what was being read when it changed is not remembered', async () => {
  const answers: ((value: string) => void)[] = [];
  const { remembered } = counted(Infinity, () => new Promise(resolve => answers.push(resolve)));
  const before = remembered.get('digits');
  remembered.forget('digits');
  const after = remembered.get('digits');
  answers[1]!('new');
  answers[0]!('old');
  expect([await before, await after, await remembered.get('digits')]).toEqual(['old', 'new', 'new']);
});

test('failures are not remembered, and what is old is read again while it is given once more', async () => {
  const { remembered, times } = counted(0, (_subject, _part, n) =>
    n === 1 ? Promise.reject(new Error('not there')) : Promise.resolve(String(n)),
  );
  await expect(remembered.get('digits')).rejects.toThrow('not there');
  expect(await remembered.get('digits')).toBe('2');
  // On a clock that has moved on.
  await expect.poll(() => remembered.get('digits')).not.toBe('2');
  expect(times()).toBeGreaterThan(2);
});
