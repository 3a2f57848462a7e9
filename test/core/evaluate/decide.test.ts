import { describe, expect, it } from 'vitest';
import type { Decision, ModelInterface } from '../../../src/core/artifact/interface.ts';
import { decide } from '../../../src/core/evaluate/decide.ts';
import { float32 } from '../../../src/core/tensor.ts';

function interfaceWith(decision: Decision | null, kind: 'probabilities' | 'score' = 'score'): ModelInterface {
  return {
    inputs: [],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, -1], meaning: { kind, unit: null } }],
    decision,
  };
}
const softmax = { kind: 'softmax', output: 'y', notSureBelow: 0.6 } as const;

describe('decide', () => {
  it('takes the most probable class, and says where it is not sure', () => {
    const decided = decide(interfaceWith({ ...softmax, from: 'probabilities' }), ['a', 'b'], {
      y: float32([2, 2], [0.25, 0.75, 0.5, 0.5]),
    });
    expect(decided).toMatchObject([
      { label: 'b', index: 1, probability: 0.75, sure: true },
      { label: 'a', index: 0, probability: 0.5, sure: false },
    ]);
  });

  it('turns logits into probabilities, large ones too', () => {
    const [row] = decide(interfaceWith({ ...softmax, from: 'logits' }), null, {
      y: float32([1, 2], [1000, 1000 + Math.log(3)]),
    });
    expect(row?.label).toBe('1');
    expect(row?.probability).toBeCloseTo(0.75, 4);
  });

  it('holds a score against a threshold', () => {
    const threshold: Decision = {
      kind: 'threshold',
      output: 'y',
      threshold: 0.5,
      notSureBetween: [0.4, 0.6],
    };
    const outputs = { y: float32([3, 1], [0.25, 0.5, 0.75]) };
    expect(decide(interfaceWith(threshold), ['no', 'yes'], outputs)).toMatchObject([
      { label: 'no', score: 0.25, probability: null, sure: true },
      { label: 'yes', score: 0.5, sure: false },
      { label: 'yes', score: 0.75, sure: true },
    ]);
    expect(decide(interfaceWith(threshold, 'probabilities'), ['no', 'yes'], outputs)[0]).toMatchObject({
      probability: 0.75,
      probabilities: [0.75, 0.25],
    });
  });

  it('passes a value on', () => {
    expect(
      decide(interfaceWith({ kind: 'value', output: 'y' }), null, { y: float32([2], [3, 4]) }),
    ).toMatchObject([{ label: null, index: null, score: 3, sure: true }, { score: 4 }]);
  });

  it('decides nothing where nobody said how', () => {
    expect(decide(interfaceWith(null), null, { y: float32([1], [1]) })).toEqual([]);
  });

  it('names what does not fit', () => {
    const model = interfaceWith({ ...softmax, from: 'probabilities' });
    expect(() => decide(model, null, { z: float32([1], [1]) })).toThrow('reads "y", the model gave z');
    expect(() => decide(model, ['a'], { y: float32([1, 2], [1, 0]) })).toThrow(
      '2 classes, the model has 1 labels',
    );
  });
});
