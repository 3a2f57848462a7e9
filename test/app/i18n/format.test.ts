import { expect, test } from 'vitest';
import { formatSignificant } from '../../../src/app/i18n/format.ts';

test('a small number is not shown as none', () => {
  expect(formatSignificant(0.0000123, 'en')).toBe('0.0000123');
  expect(formatSignificant(1.23456, 'en')).toBe('1.23');
  expect(formatSignificant(0, 'en')).toBe('0');
});
