import { describe, expect, test } from 'vitest';
import { interfaceSchema } from '../../../src/core/artifact/interface.ts';
import { inspectModel } from '../../../src/core/onnx/inspect.ts';
import { interfaceOf } from '../../../src/core/onnx/interface.ts';
import { convolutionModel, denseModel } from './models.ts';

const output = (operator: string, shape: number[], datatype: 'FP32' | 'INT64' = 'FP32') => ({
  inputs: [{ name: 'x', datatype: 'FP32' as const, shape: [-1, 4] }],
  outputs: [{ name: 'y', datatype, shape }],
  outputOperators: { y: operator },
});

describe('interfaceOf', () => {
  test('a softmax decides, and is what the schema allows', () => {
    const found = interfaceOf(inspectModel(denseModel()), ['a', 'b', 'c']);
    expect(interfaceSchema.parse(found)).toEqual({
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4], meaning: null }],
      outputs: [
        {
          name: 'probabilities',
          datatype: 'FP32',
          shape: [-1, 3],
          meaning: { kind: 'probabilities', unit: null },
        },
      ],
      decision: { kind: 'softmax', output: 'probabilities', from: 'probabilities', notSureBelow: 0 },
    });
  });

  test('bare numbers have no meaning until labels as many as they come', () => {
    const inspection = inspectModel(convolutionModel());
    expect(interfaceOf(inspection)).toMatchObject({ outputs: [{ meaning: null }], decision: null });
    const labels = Array.from({ length: 10 }, (_, i) => String(i));
    expect(interfaceOf(inspection, labels).decision).toMatchObject({ kind: 'softmax', from: 'logits' });
  });

  test('labels that fit no output are refused with both numbers', () => {
    expect(() => interfaceOf(inspectModel(denseModel()), ['a', 'b'])).toThrow(
      expect.objectContaining({ code: 'ModelInvalid', detail: expect.stringMatching(/2 labels.*\[-1, 3\]/) }),
    );
  });

  test.each([
    [
      'a single sigmoid',
      output('Sigmoid', [-1, 1]),
      { kind: 'threshold', output: 'y', threshold: 0.5, notSureBetween: null },
    ],
    ['independent sigmoids', output('Sigmoid', [-1, 5]), null],
    [
      'log-probabilities',
      output('LogSoftmax', [-1, 5]),
      { kind: 'softmax', output: 'y', from: 'logits', notSureBelow: 0 },
    ],
    ['a softmax over positions', output('Softmax', [-1, 5, 8, 8]), null],
    ['a linear output', output('Gemm', [-1, 1]), null],
    ['an index', output('ArgMax', [-1], 'INT64'), null],
  ])('%s', (_, source, decision) => {
    expect(interfaceOf(source).decision).toEqual(decision);
  });
});
