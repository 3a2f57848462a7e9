import fc from 'fast-check';
import { it } from 'vitest';
import { float, int } from '../../../onnx/attribute-values.ts';
import { holds } from '../finite-differences.ts';
import { numbersIn, seed } from '../generate.ts';

it('LRN: the gradient is the central difference, for windows up to wider than there are channels', () =>
  holds(
    fc
      .record({
        // ONNX Runtime refuses even ones.
        size: fc.constantFrom(1, 3, 5),
        channels: fc.integer({ min: 1, max: 4 }),
        seed,
      })
      .map(({ size, channels, seed }) => ({
        op: 'LRN',
        datatype: 'FP32' as const,
        tolerance: 1e-2,
        inputs: [numbersIn([2, channels, 2, 3], seed)],
        attributes: { size: int(size), alpha: float(0.8), beta: float(0.6), bias: float(1.5) },
      })),
    8,
  ));
