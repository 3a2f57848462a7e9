import { expect, test } from 'vitest';
import { bringing, bringingNow } from '../../../src/app/screens/new-model/bringing.ts';

const shown = () => {
  const now = bringingNow.peek();
  return now && [now.done, now.total];
};

test('two at once are shown together, and neither ends the other', () => {
  expect(shown()).toBeNull();
  const one = bringing(10);
  one.show(4, 10);
  const other = bringing(20);
  expect(shown()).toEqual([4, 30]);
  other.show(5, 20);
  one.show(10, 10);
  one.end();
  expect(shown()).toEqual([15, 30]);
  other.end();
  expect(shown()).toBeNull();
});

test('one stop stops all of them', () => {
  const both = [bringing(10), bringing(0)];
  bringingNow.peek()!.stop();
  expect(both.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  for (const { end } of both) end();
});

test('while one does not know how many there are, nobody does', () => {
  const [one, other] = [bringing(10), bringing(0)];
  expect(shown()).toEqual([0, 0]);
  other.end();
  expect(shown()).toEqual([0, 10]);
  one.end();
});
