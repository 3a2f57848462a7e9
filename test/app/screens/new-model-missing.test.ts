import { expect, test } from 'vitest';
import { canFinish, missingFrom } from '../../../src/app/screens/new-model/missing.ts';

const classes = ['cup', 'plate', 'bowl'].map(label => ({ id: label, label, isNone: false }));
const counts = (...n: readonly number[]) =>
  new Map(n.map((length, i) => [classes[i]!.id, { length }] as const));

test('one class is told from nothing', () => {
  expect(missingFrom(classes.slice(0, 1), counts(9))).toEqual({ kind: 'class' });
});

test('the first class without a photo is named', () => {
  expect(missingFrom(classes, counts(9, 0))).toEqual({ kind: 'photos', name: 'plate' });
});

test('a class with far fewer photos than another is named, one with somewhat fewer is not', () => {
  expect(missingFrom(classes, counts(51, 30, 10))).toEqual({ kind: 'balance', few: 'bowl', many: 'cup' });
  expect(missingFrom(classes, counts(50, 30, 10))).toBe(null);
});

test('a model can be made of two classes with photos, however many wait without', () => {
  expect(canFinish(classes, counts(1, 1))).toBe(true);
  expect(canFinish(classes, counts(5))).toBe(false);
});
