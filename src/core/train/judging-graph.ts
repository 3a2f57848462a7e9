// The model as it is judged while it is trained: parameters are fed, nothing is changed.
import type { Bytes } from '../artifact/digest.ts';
import type { ValueSpec } from '../onnx/graph.ts';
import { buildForward, type ForwardOptions } from './forward.ts';
import { spellOutLogSoftmax } from './log-softmax.ts';
import type { Layout } from './slot-layout.ts';
import { readFromSlots } from './slots-in-graph.ts';

export interface JudgingGraph {
  readonly file: Bytes;
  /** Input besides the samples → the slot that it reads. */
  readonly reads: ReadonlyMap<string, string>;
  readonly inputs: {
    readonly data: readonly ValueSpec[];
    readonly target: ValueSpec;
    readonly weights: ValueSpec;
  };
  readonly outputs: { readonly loss: string; readonly prediction: string };
}

export interface JudgingOptions extends Omit<ForwardOptions, 'keep' | 'fed' | 'distillation'> {
  /** Initializers that are read from slots instead. */
  readonly fed: Layout;
}

/** By the task's own loss, whatever else training is held to. */
export function buildJudgingGraph(options: JudgingOptions): JudgingGraph {
  const { tape, data, target, weights, loss, prediction } = buildForward({
    ...options,
    fed: name => options.fed.has(name),
    keep: [],
  });
  const reads = readFromSlots(tape, options.fed);
  spellOutLogSoftmax(tape);
  tape.graph.outputs = [loss, prediction].map(name => ({ name, ...tape.type(name) }));
  return {
    file: tape.graph.toBytes(),
    reads,
    inputs: { data, target, weights },
    outputs: { loss, prediction },
  };
}
