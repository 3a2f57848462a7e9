// Inputs that a model can be run with before anybody has asked it anything: recorded ones, else made-up ones.
import type { Recorded } from '../artifact/recorded.ts';
import { type Datatype, elementBytes } from '../datatype.ts';
import { seededRandom } from '../data/random.ts';
import { fromRecorded, fromRecordedMap } from '../runtime/recorded-tensors.ts';
import type { TensorSpec } from '../runtime/session.ts';
import { elements, type Tensor, type TensorMap } from '../tensor.ts';
import { tensorOfBytes } from '../tensor-bytes.ts';

/** Of one made-up tensor. */
const maxMadeUpBytes = 2 ** 24;

/** What was recorded first, else one sample of zeros. Null where neither is there. */
export function exampleInputs(inputs: readonly TensorSpec[], recorded: Recorded | null): TensorMap | null {
  const first = recorded?.cases[0];
  return first ? fromRecordedMap(first.inputs) : madeUpInputs(inputs, zerosOf);
}

/** One sample of numbers that any model can be given: between 0 and 1, of integers 0 or 1. Null as `exampleInputs`. */
export function randomInputs(inputs: readonly TensorSpec[], seed: number): TensorMap | null {
  const random = seededRandom(seed);
  return madeUpInputs(inputs, (datatype, shape) => {
    const value = () => (isFraction(datatype) ? random.uniform() : Math.round(random.uniform()));
    return fromRecorded({
      datatype,
      shape: [...shape],
      data: Array.from({ length: elements(shape) }, value),
    });
  });
}

/** Every free dimension is 1. */
function madeUpInputs(
  inputs: readonly TensorSpec[],
  make: (datatype: Exclude<Datatype, 'BYTES'>, shape: readonly number[]) => Tensor,
): TensorMap | null {
  const feeds: Record<string, Tensor> = {};
  for (const { name, datatype, shape } of inputs) {
    const sizes = shape.map(size => Math.max(size, 1));
    if (datatype === 'BYTES' || elements(sizes) * elementBytes[datatype]! > maxMadeUpBytes) return null;
    feeds[name] = make(datatype, sizes);
  }
  return feeds;
}

function zerosOf(datatype: Exclude<Datatype, 'BYTES'>, shape: readonly number[]): Tensor {
  return tensorOfBytes(datatype, shape, new Uint8Array(elements(shape) * elementBytes[datatype]!));
}

function isFraction(datatype: Datatype): boolean {
  return /^(FP|BF)/.test(datatype);
}
