import { describe, expect, it } from 'vitest';
import {
  aliasSchema,
  candidateSchema,
  manifestSchema,
  variantSchema,
} from '../../../src/core/artifact/documents.ts';
import { aliasNameSchema, modelNameSchema } from '../../../src/core/artifact/names.ts';

const digest = 'a'.repeat(64);
const file = { digest, bytes: 3, chunks: [{ digest, bytes: 3 }] };
const candidate = {
  type: 'candidate',
  formatVersion: 1,
  model: 'digits',
  parent: { version: 1, digest },
  task: 'classification',
  interface: {
    inputs: [],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 10], meaning: null }],
    decision: null,
  },
  labels: null,
  architecture: digest,
  evaluations: [],
  recipe: null,
  data: null,
  createdAt: '2026-11-24T06:00:00.000Z',
  device: digest,
  authority: { variant: 'fp32', file },
  artifacts: { dataset: null, recorded: null, topology: null },
  note: null,
};

describe('documents', () => {
  it('takes an imported model without data: what it cannot have is null', () => {
    expect(candidateSchema.safeParse(candidate).success).toBe(true);
    expect(
      manifestSchema.safeParse({ ...candidate, type: 'manifest', version: 2, candidate: digest }).success,
    ).toBe(true);
  });

  it.each([
    ['another format version', { formatVersion: 2 }],
    ['a model name that leaves its folder', { model: '../x' }],
    ['a version of another kind', { parent: { version: 0, digest } }],
    ['a file without chunks', { authority: { variant: 'fp32', file: { ...file, chunks: [] } } }],
    [
      'a chunk over 1 MiB',
      { authority: { variant: 'fp32', file: { ...file, chunks: [{ digest, bytes: 2 ** 20 + 1 }] } } },
    ],
    ['a digest that is none', { architecture: 'xyz' }],
    ['a time that is none', { createdAt: 'yesterday' }],
  ])('refuses %s', (_, change) => {
    expect(candidateSchema.safeParse({ ...candidate, ...change }).success).toBe(false);
  });

  it('does not take one kind of document for another', () => {
    for (const schema of [manifestSchema, variantSchema, aliasSchema])
      expect(schema.safeParse(candidate).success).toBe(false);
  });

  it('keeps `model@3` a version and `model@canary` an alias', () => {
    expect(aliasNameSchema.safeParse('3').success).toBe(false);
    expect(aliasNameSchema.safeParse('canary').success).toBe(true);
    expect(modelNameSchema.safeParse('iris').success).toBe(true);
    expect(modelNameSchema.safeParse('Iris Model').success).toBe(false);
  });
});
