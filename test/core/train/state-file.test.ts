import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FitState } from '../../../src/core/train/fit-state.ts';
import { stateFromBytes, stateToBytes } from '../../../src/core/train/state-file.ts';
import { float32, type Tensor } from '../../../src/core/tensor.ts';

/** JSON knows no −0, and no loss is one. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0);
const judgement = fc.record({ loss: number, hits: fc.nat(), answers: fc.nat(), rows: fc.nat() });
const tensor: fc.Arbitrary<Tensor> = fc.oneof(
  // Not a number is a number's worth of bytes too: a parameter may be none before the loss tells.
  fc.float32Array().map(data => float32([data.length], new Float32Array(data))),
  fc.bigInt64Array().map(data => ({
    datatype: 'INT64' as const,
    shape: [data.length, 1],
    data: new BigInt64Array(data),
  })),
  fc.constant(float32([], [0.1])),
);
const tensors = fc.array(fc.tuple(fc.string(), tensor)).map(entries => new Map(entries));

const states: fc.Arbitrary<FitState> = fc.record({
  provider: fc.constantFrom('wasm' as const, 'webgpu' as const, 'cpu' as const),
  threads: fc.integer({ min: 1, max: 64 }),
  step: fc.nat(),
  steps: fc.nat(),
  epoch: fc.nat(),
  taken: fc.nat(),
  order: fc.int32Array().map(order => new Int32Array(order)),
  random: fc.tuple(...([fc.nat(), fc.nat(), fc.nat(), fc.constant(2 ** 32 - 1)] as const)),
  slots: tensors,
  plateau: fc.record({
    best: fc.oneof(number, fc.constant(Infinity)),
    badEpochs: fc.nat(),
    scale: number,
  }),
  training: judgement,
  validation: fc.option(judgement),
  kept: fc.option(fc.record({ epoch: fc.nat(), weights: tensors, validation: fc.option(judgement) })),
  workedMs: number.map(Math.abs),
});

describe('a run’s state as bytes', () => {
  it('comes back as it was, to the last bit', () => {
    fc.assert(
      fc.property(states, state => {
        expect(stateFromBytes(stateToBytes(state))).toEqual(state);
      }),
    );
  });

  it('is refused where any of it is missing', () => {
    fc.assert(
      fc.property(states, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (state, share) => {
        const bytes = stateToBytes(state);
        const cut = bytes.slice(0, Math.floor(bytes.length * share));
        expect(() => stateFromBytes(cut)).toThrow(expect.objectContaining({ code: 'DocumentInvalid' }));
      }),
    );
  });
});
