import { expect, test } from 'vitest';
import { shortageOf } from '../../../src/core/data/enough-samples.ts';

const train = (label: string) => ({ label, part: 'train' }) as const;
const held = (label: string) => ({ label, part: 'test' }) as const;

test('five samples of two classes are enough', () => {
  const five = [train('a'), train('b'), train('a'), train('a'), held('a')];
  expect(shortageOf(five)).toEqual({ samples: 0, classes: 0 });
});

test('says how many more are needed, of samples and of classes', () => {
  expect(shortageOf([])).toEqual({ samples: 5, classes: 2 });
  expect(shortageOf([train('a'), train('a'), train('a')])).toEqual({ samples: 2, classes: 1 });
});

test('a class that is only judged on is none to learn from', () => {
  const rows = [train('a'), train('a'), train('a'), train('a'), held('b')];
  expect(shortageOf(rows)).toEqual({ samples: 0, classes: 1 });
});
