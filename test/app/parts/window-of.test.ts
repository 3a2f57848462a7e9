import { expect, test } from 'vitest';
import { windowOf } from '../../../src/app/parts/window-of.ts';

const of = { count: 1000, columns: 5, pitchPx: 68, heightPx: 140 };

test('of a thousand cells only those in sight and two rows beside them are wanted', () => {
  // Rows 98 to 102 are in sight (6,700 / 68 = 98.5, 6,840 / 68 = 100.6); two more on either side.
  expect(windowOf({ ...of, scrollTop: 6_700 })).toEqual({ from: 96 * 5, to: 103 * 5, heightPx: 200 * 68 });
});

test('at the top nothing before the first is wanted, at the bottom nothing after the last', () => {
  expect(windowOf({ ...of, scrollTop: 0 })).toEqual({ from: 0, to: 5 * 5, heightPx: 13_600 });
  expect(windowOf({ ...of, count: 7, scrollTop: 0 })).toEqual({ from: 0, to: 7, heightPx: 136 });
});

test('a box without a size yet still has a row or two ready', () => {
  expect(windowOf({ ...of, heightPx: 0, scrollTop: 0 }).to).toBe(10);
});
