import { expect, test, vi } from 'vitest';

vi.stubGlobal('location', { hash: '' });
const { numbersFrom, splitRow } = await import('../../../src/app/parts/features-form.tsx');

test('a pasted row may be apart by commas, tabs, semicolons or spaces', () => {
  const wanted = ['5.1', '3.5', '1.4', '0.2'];
  for (const row of [
    '5.1,3.5,1.4,0.2',
    '5.1\t3.5\t1.4\t0.2',
    '5.1; 3.5; 1.4; 0.2',
    '5.1 3.5 1.4 0.2\n6 3 4 1',
  ]) {
    expect(splitRow(row)).toEqual(wanted);
  }
});

test('a comma is a decimal point where something else is between the numbers', () => {
  expect(numbersFrom(splitRow('5,1;3,5;1,4;0,2'))).toEqual([5.1, 3.5, 1.4, 0.2]);
});

test('one value that is no number makes the whole sample none', () => {
  expect(numbersFrom(['1', ' 2.5 ', '-3e2'])).toEqual([1, 2.5, -300]);
  expect(numbersFrom(['1', ''])).toBeNull();
  expect(numbersFrom(['1', 'apple'])).toBeNull();
  expect(numbersFrom(['1', 'Infinity'])).toBeNull();
});
