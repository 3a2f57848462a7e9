// A model's interface, read from its graph. Says what the graph says and no more: where nothing tells what an output
// means, its meaning and the decision are null.
import {
  type Decision,
  inputMeaningSchema,
  type ModelInterface,
  type OutputInterface,
} from '../artifact/interface.ts';
import { HaversackError } from '../errors.ts';
import type { TensorSpec } from '../runtime/session.ts';
import { elements } from '../tensor.ts';
import type { ModelInspection } from './inspect.ts';

type Source = Pick<ModelInspection, 'inputs' | 'outputs' | 'outputOperators'>;

const fractions: ReadonlySet<string> = new Set(['FP16', 'BF16', 'FP32', 'FP64']);

/**
 * With labels, an output as wide as there are labels is taken for one value a class.
 * @throws HaversackError `ModelInvalid` where labels come and no output is as wide
 */
export function interfaceOf(source: Source, labels: readonly string[] | null = null): ModelInterface {
  const outputs = source.outputs.map(spec => describe(spec, source.outputOperators[spec.name] ?? '', labels));
  if (labels && !fitsLabels(source, labels)) {
    const got = source.outputs.map(({ name, shape }) => `'${name}' [${shape.join(', ')}]`).join(', ');
    throw new HaversackError('ModelInvalid', `${labels.length} labels came, but the outputs are ${got}.`);
  }
  return {
    inputs: source.inputs.map(({ name, datatype, shape }) => ({
      name,
      datatype,
      shape: [...shape],
      meaning: null,
    })),
    outputs,
    decision: decisionOf(outputs),
  };
}

/** Whether an output is as wide as there are labels, or says nothing of its width. */
export function fitsLabels({ outputs }: Pick<Source, 'outputs'>, labels: readonly string[]): boolean {
  return outputs.some(output => isOnePerClass(output, labels));
}

/** With the columns' names at the one input that takes as many numbers; as it is where there is none, or they are none. */
export function withColumns(read: ModelInterface, names: readonly string[] | null): ModelInterface {
  const [input] = read.inputs;
  const isTheirs = input && read.inputs.length === 1 && elements(input.shape.slice(1)) === names?.length;
  if (!names || !isTheirs) return read;
  const units = names.map(() => null);
  const meaning = inputMeaningSchema.safeParse({ kind: 'features', names, units, ranges: null });
  return meaning.success ? { ...read, inputs: [{ ...input, meaning: meaning.data }] } : read;
}

function describe(spec: TensorSpec, operator: string, labels: readonly string[] | null): OutputInterface {
  const kind = meaningOf(spec, operator, labels);
  return {
    name: spec.name,
    datatype: spec.datatype,
    shape: [...spec.shape],
    meaning: kind && { kind, unit: null },
  };
}

type MeaningKind = NonNullable<OutputInterface['meaning']>['kind'];

function meaningOf(spec: TensorSpec, operator: string, labels: readonly string[] | null): MeaningKind | null {
  if (operator.startsWith('ai.onnx.ml.') && operator.endsWith('Classifier')) {
    return fractions.has(spec.datatype) ? null : 'class';
  }
  if (operator === 'ArgMax') return 'class';
  if (!fractions.has(spec.datatype)) return null;
  const perClass = isClassAxis(spec.shape) && (!labels || isOnePerClass(spec, labels));
  if (operator === 'Softmax') return perClass ? 'probabilities' : null;
  if (operator === 'LogSoftmax') return perClass ? 'logits' : null;
  // Independent classes have no one answer; a single score has a threshold.
  if (operator === 'Sigmoid') return spec.shape.at(-1) === 1 || spec.shape.length === 1 ? 'score' : null;
  return labels && perClass ? 'logits' : null;
}

/** [n, classes]: softmax over an image's positions ([n, classes, h, w]) is no answer for one sample. */
function isClassAxis(shape: readonly number[]): boolean {
  return shape.length === 2 && shape[1] !== 1;
}

function isOnePerClass({ shape }: { readonly shape: readonly number[] }, labels: readonly string[]): boolean {
  return shape.length === 2 && (shape[1] === labels.length || shape[1] === -1);
}

/** Of the one output that says how; two that do leave it open. Nobody has said yet when the answer is "not sure". */
function decisionOf(outputs: readonly OutputInterface[]): Decision | null {
  const decisions = outputs.flatMap(({ name, meaning }): Decision[] => {
    switch (meaning?.kind) {
      case 'probabilities':
      case 'logits':
        return [{ kind: 'softmax', output: name, from: meaning.kind, notSureBelow: 0 }];
      case 'score':
        return [{ kind: 'threshold', output: name, threshold: 0.5, notSureBetween: null }];
      default:
        return [];
    }
  });
  return decisions.length === 1 ? decisions[0]! : null;
}
