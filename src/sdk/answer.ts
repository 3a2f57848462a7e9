// From the tensors of a response to an answer: what was decided is told by rows, apart from the model's own outputs.
import type { AnsweredBy } from '../core/protocol/answered-by.ts';
import { decisionPrefix } from '../core/protocol/messages.ts';
import type { Tensor, TensorMap } from '../core/tensor.ts';
import type { Answer, DecidedRow } from './types.ts';

/** What came back for one prediction, wherever it was computed. */
export interface Computed {
  readonly version: string | null;
  readonly outputs: TensorMap;
  readonly answeredBy: AnsweredBy | null;
}

export function toAnswer(model: string, { version, outputs, answeredBy }: Computed): Answer {
  const own = Object.entries(outputs).filter(([name]) => !name.startsWith(decisionPrefix));
  return { model, version, outputs: Object.fromEntries(own), rows: decidedRows(outputs), answeredBy };
}

function decidedRows(outputs: TensorMap): DecidedRow[] {
  const [labels, shares, sure] = ['label', 'probabilities', 'sure'].map(
    name => outputs[decisionPrefix + name],
  ) as (Tensor | undefined)[];
  const rows = (labels ?? shares)?.shape[0] ?? 0;
  return Array.from({ length: rows }, (_, row) => {
    const width = shares ? shares.data.length / rows : 0;
    const probabilities = shares
      ? Array.from(shares.data.slice(row * width, (row + 1) * width), Number)
      : null;
    return {
      label: labels ? String(labels.data[row]) : null,
      probability: probabilities ? Math.max(...probabilities) : null,
      probabilities,
      sure: sure ? Boolean(sure.data[row]) : true,
    };
  });
}
