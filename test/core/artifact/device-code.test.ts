import { expect, test } from 'vitest';
import { deviceCode } from '../../../src/core/artifact/device-code.ts';

test('shows the first six digits of a key id in two groups of three', () => {
  expect(deviceCode(`ab12cd${'0'.repeat(58)}`)).toBe('AB1-2CD');
});
