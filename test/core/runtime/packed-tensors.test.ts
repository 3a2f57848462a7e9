import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packTensors, unpackTensors } from '../../../src/core/runtime/packed-tensors.ts';
import type { TensorMap } from '../../../src/core/tensor.ts';

const tensor = fc.oneof(
  fc
    .array(fc.float(), { maxLength: 9 })
    .map(values => ({ datatype: 'FP32' as const, shape: [values.length], data: Float32Array.from(values) })),
  fc
    .array(fc.string(), { maxLength: 4 })
    .map(data => ({ datatype: 'BYTES' as const, shape: [1, data.length], data })),
);

test('tensors that are packed, copied as a message is, and unpacked are the same', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), tensor), tensors => {
      const given: TensorMap = { ...tensors };
      expect(unpackTensors(structuredClone(packTensors([1, null], given)), 2)).toEqual(given);
    }),
  );
});
