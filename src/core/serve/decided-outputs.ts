// The decision as tensors beside a model's own outputs: how an answer over the protocol carries label, probabilities and "not sure".
import { type Decided, decide } from '../evaluate/decide.ts';
import { decisionPrefix } from '../protocol/messages.ts';
import type { Tensor, TensorMap } from '../tensor.ts';
import type { Description } from './service.ts';

/**
 * `decision.label` BYTES [n], `decision.probabilities` FP32 [n, classes], `decision.sure` BOOL [n]: those that the model's
 * interface decides; none where nobody said how.
 * @throws HaversackError `RuntimeFailed` where the outputs are not what the interface says
 */
export function decidedOutputs({ interface: its, labels }: Description, outputs: TensorMap): TensorMap {
  const rows = decide(its, labels, outputs);
  if (rows.length === 0) return {};
  const named = Object.entries({
    label: labelsOf(rows),
    probabilities: probabilitiesOf(rows),
    sure: { datatype: 'BOOL', shape: [rows.length], data: Uint8Array.from(rows, row => Number(row.sure)) },
  } satisfies Record<string, Tensor | null>).filter((entry): entry is [string, Tensor] => entry[1] !== null);
  return Object.fromEntries(named.map(([name, tensor]) => [decisionPrefix + name, tensor]));
}

function labelsOf(rows: readonly Decided[]): Tensor | null {
  const labels = rows.map(({ label }) => label).filter(label => label !== null);
  return labels.length < rows.length ? null : { datatype: 'BYTES', shape: [rows.length], data: labels };
}

function probabilitiesOf(rows: readonly Decided[]): Tensor | null {
  const width = rows[0]?.probabilities?.length ?? 0;
  if (width === 0) return null;
  const data = Float32Array.from(rows.flatMap(({ probabilities }) => probabilities ?? []));
  return { datatype: 'FP32', shape: [rows.length, width], data };
}
