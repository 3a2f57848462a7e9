// The model as it is judged while it is trained: parameters are fed, nothing is changed.
import type { Bytes } from '../artifact/digest.ts';
import type { ValueSpec } from '../onnx/graph.ts';
import { buildForward, type ForwardOptions } from './forward.ts';

export interface JudgingGraph {
  readonly file: Bytes;
  /** What is fed besides the samples. */
  readonly parameters: readonly string[];
  readonly inputs: {
    readonly data: readonly ValueSpec[];
    readonly target: ValueSpec;
    readonly weights: ValueSpec;
  };
  readonly outputs: { readonly loss: string; readonly prediction: string };
}

/** By the task's own loss, whatever else training is held to. */
export function buildJudgingGraph(options: Omit<ForwardOptions, 'keep' | 'distillation'>): JudgingGraph {
  const { tape, parameters, data, target, weights, loss, prediction } = buildForward({
    ...options,
    keep: [],
  });
  tape.graph.outputs = [loss, prediction].map(name => ({ name, ...tape.type(name) }));
  return {
    file: tape.graph.toBytes(),
    parameters: parameters.map(({ name }) => name),
    inputs: { data, target, weights },
    outputs: { loss, prediction },
  };
}
