// Whether a model answers each row of several as it answers it alone. Its interface may say so and be wrong: a softmax over
// the first axis, a mean over the batch, would mix what different callers asked.
import type { Recorded } from '../../src/core/artifact/recorded.ts';
import { fromRecordedMap, numbersOf } from '../../src/core/runtime/recorded-tensors.ts';
import type { Session } from '../../src/core/runtime/session.ts';
import type { Tensor, TensorMap } from '../../src/core/tensor.ts';
import { randomInputs } from '../../src/core/serve/example-inputs.ts';
import { hasFreeRows, joinRows, rowShapeOf, rowsOf, splitRows } from './join-rows.ts';

/**
 * Of the largest value of an output: kernels add in another order for another number of rows, which moves a sum's last bits;
 * rows that are mixed differ by far more.
 */
const tolerance = 1e-4;
const seeds = [1, 2] as const;

/** Made by running one, the other, and both; false where it cannot be tried. */
export async function rowsRunAsOne(session: Session, recorded: Recorded | null): Promise<boolean> {
  if (!hasFreeRows(session.inputs) || !hasFreeRows(session.outputs)) return false;
  const pair = recordedPair(session, recorded) ?? seeds.map(seed => randomInputs(session.inputs, seed));
  const [first, second] = pair;
  if (!first || !second) return false;
  try {
    const alone = [await session.run(first), await session.run(second)];
    const together = await session.run(joinRows([first, second]));
    const parts = splitRows(together, [rowsOf(first)!, rowsOf(second)!]);
    return parts.every((part, i) => agree(part, alone[i]!));
  } catch {
    // It refuses two rows, made-up numbers, or gives other rows than went in: then each alone.
    return false;
  }
}

/** Two cases of the same row shapes and different content: what the model knows is a better trial than noise. */
function recordedPair(session: Session, recorded: Recorded | null): TensorMap[] | null {
  const cases = (recorded?.cases ?? []).map(({ inputs }) => fromRecordedMap(inputs));
  const first = cases[0];
  if (!first || rowsOf(first) === null) return null;
  const shape = rowShapeOf(session.inputs, first);
  const second = cases.find(
    (other, i) =>
      i > 0 &&
      rowsOf(other) !== null &&
      rowShapeOf(session.inputs, other) === shape &&
      Object.entries(other).some(([name, { data }]) => !agreeExactly(data, first[name]!.data)),
  );
  return second ? [first, second] : null;
}

function agree(outputs: TensorMap, others: TensorMap): boolean {
  return Object.entries(outputs).every(([name, tensor]) => {
    const other = others[name];
    return other !== undefined && other.data.length === tensor.data.length && agreeTensors(tensor, other);
  });
}

function agreeTensors(tensor: Tensor, other: Tensor): boolean {
  if (!/^(FP|BF)/.test(tensor.datatype)) return agreeExactly(tensor.data, other.data);
  const [values, others] = [numbersOf(tensor), numbersOf(other)];
  const scale = others.reduce((largest, value) => Math.max(largest, Math.abs(value) || 0), 0);
  return values.every(
    (value, i) => Object.is(value, others[i]) || Math.abs(value - others[i]!) <= tolerance * scale,
  );
}

function agreeExactly(data: Tensor['data'], other: Tensor['data']): boolean {
  return data.length === other.length && Array.prototype.every.call(data, (value, i) => value === other[i]);
}
