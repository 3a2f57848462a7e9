import { expect, test } from 'vitest';
import { unlearnt } from '../../../src/app/state/unlearnt.ts';
import type { Sample } from '../../../src/device/schema.ts';

const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;
const samples = [1, 2, 3].map(minute => ({ model: 'digits', createdAt: at(minute) }) as Sample);

test('counts every sample before the first training', () => {
  expect(unlearnt('digits', samples, [])).toBe(3);
});

test('counts those since the newest training of the same model', () => {
  const candidates = [
    { model: 'digits', createdAt: at(2) },
    { model: 'digits', createdAt: at(1) },
    { model: 'iris', createdAt: at(9) },
  ];
  expect(unlearnt('digits', samples, candidates)).toBe(1);
  expect(unlearnt('iris', samples, candidates)).toBe(0);
});
