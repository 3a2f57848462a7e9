import { expect, it } from 'vitest';
import type { Part } from '../../src/core/artifact/documents.ts';
import type { Dataset } from '../../src/core/data/dataset.ts';
import type { Sample } from '../../src/device/schema.ts';
import { addedSamples } from '../../src/worker/training-data.ts';

const dataset: Dataset = {
  features: ['x'],
  target: 'label',
  split: 'split',
  rows: 2,
  values: Float32Array.of(1, 2),
  labels: ['a', 'b'],
  parts: ['train', 'test'],
};

const sample = (feature: number, label: string, part: Part): Sample => ({
  id: `${feature}${label}`.padEnd(64, '0'),
  model: 'm',
  features: [feature],
  label,
  part,
  source: 'form',
  answered: null,
  createdAt: '2026-05-03T08:00:00.000Z',
});

it('learns from no sample that any device has held out', () => {
  const { labels, parts } = addedSamples(dataset, [
    sample(5, 'a', 'train'),
    sample(5, 'b', 'test'),
    sample(6, 'a', 'train'),
  ]);
  expect(labels.map((label, i) => [label, parts[i]])).toEqual([
    ['a', 'test'],
    ['b', 'test'],
    ['a', 'train'],
  ]);
});

it('gives the part of a row to a sample with its numbers, and leaves out what is a row already', () => {
  const { labels, parts } = addedSamples(dataset, [
    sample(1, 'a', 'test'),
    sample(2, 'a', 'train'),
    sample(7, 'a', 'train'),
    { ...sample(7, 'a', 'train'), features: [7 + 1e-12] },
  ]);
  expect(labels.map((label, i) => [label, parts[i]])).toEqual([
    ['a', 'test'],
    ['a', 'train'],
  ]);
});
