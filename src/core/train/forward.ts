// The model with its loss, ready to be trained or judged: parameters as inputs, shapes fixed, logits where the loss wants
// them.
import { HaversackError } from '../errors.ts';
import { readInt } from '../onnx/attributes.ts';
import { type Graph, type GraphNode, operatorOf, type ValueSpec } from '../onnx/graph.ts';
import { inferShapes } from '../onnx/infer.ts';
import { elements, type Tensor } from '../tensor.ts';
import { Tape } from './gradient/tape.ts';
import { buildLoss } from './losses/build-loss.ts';
import { distilled, type Distillation } from './losses/distillation.ts';
import { lossInputs, type LossSettings } from './losses/loss.ts';
import { prune } from './prune.ts';

export interface ForwardOptions {
  /** Of the working opset. It is copied. */
  readonly model: Graph;
  /** Of every input, sizes all known; the first is the batch. */
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
  /** The output that the loss reads; where it is over logits and a Softmax or Sigmoid makes the output, what that reads. */
  readonly output: string;
  readonly loss: LossSettings;
  /** Null or absent: only the target counts. */
  readonly distillation?: Distillation | null;
  /** Initializers that are fed instead. Those that the output does not depend on are left out. */
  readonly fed: (name: string) => boolean;
  /** Values beside the loss that are made too. */
  readonly keep: readonly string[];
}

export interface FedParameter {
  /** Of the initializer, and of the input that stands for it. */
  readonly name: string;
  readonly initial: Tensor;
}

/** What a teacher's answers are fed as. */
export interface TeacherInputs {
  /** Of the shape of the prediction. */
  readonly answers: ValueSpec;
  /** [batch] */
  readonly weights: ValueSpec;
}

export interface Forward {
  /** Without outputs yet. */
  readonly tape: Tape;
  readonly parameters: readonly FedParameter[];
  /** What the samples are fed as. */
  readonly data: readonly ValueSpec[];
  readonly target: ValueSpec;
  readonly weights: ValueSpec;
  /** Null without distillation. */
  readonly teacher: TeacherInputs | null;
  readonly loss: string;
  /** What the loss reads: logits, for the losses over classes. */
  readonly prediction: string;
}

/** @throws HaversackError `TrainingImpossible`, `OperatorUnsupported`, `ModelInvalid` */
export function buildForward(options: ForwardOptions): Forward {
  const graph = options.model.copy();
  const prediction = readByLoss(graph, options.output, options.loss, options.inputShapes);
  graph.outputs = [prediction, ...options.keep].map(name => ({ name, datatype: 'FP32', shape: [] }));
  prune(graph);
  const data = graph.inputs.map(({ name, datatype }) => ({ name, datatype, shape: shapeOf(options, name) }));
  const parameters = [...graph.initializers]
    .filter(([name]) => options.fed(name))
    .map(([name, initial]) => ({ name, initial }));
  for (const { name } of parameters) graph.initializers.delete(name);
  const fed = parameters.map(({ name, initial: { datatype, shape } }) => ({ name, datatype, shape }));
  graph.inputs = [...data, ...fed];
  const tape = Tape.over(graph);
  const { datatype, shape } = tape.type(prediction);
  const batch = data[0]?.shape[0];
  if (datatype !== 'FP32' || shape.length === 0 || (batch !== undefined && shape[0] !== batch)) {
    throw new HaversackError(
      'TrainingImpossible',
      `The loss reads '${prediction}', ${datatype} [${shape.join(', ')}]; wanted FP32 with a row a sample.`,
    );
  }
  const needs = lossInputs(options.loss, shape);
  const target = addInput(tape, 'target', needs.target);
  const weights = addInput(tape, 'rowWeights', { datatype: 'FP32', shape: needs.rows });
  const hard = buildLoss(tape, options.loss, {
    output: prediction,
    target: target.name,
    weights: weights.name,
  });
  const held = options.distillation
    ? heldNear(tape, hard, prediction, options.loss, options.distillation)
    : null;
  const { loss, teacher } = held ?? { loss: hard, teacher: null };
  return { tape, parameters, data, target, weights, teacher, loss, prediction };
}

function heldNear(
  tape: Tape,
  hard: string,
  output: string,
  settings: LossSettings,
  distillation: Distillation,
): { readonly loss: string; readonly teacher: TeacherInputs } {
  const { datatype, shape } = tape.type(output);
  const teacher = {
    answers: addInput(tape, 'teacher', { datatype, shape }),
    weights: addInput(tape, 'teacherWeights', { datatype: 'FP32', shape: shape.slice(0, 1) }),
  };
  const names = { output, teacher: { answers: teacher.answers.name, weights: teacher.weights.name } };
  return { loss: distilled(tape, hard, settings, distillation, names), teacher };
}

/** A new input of the graph; its name is `stem` where that is free. */
export function addInput(tape: Tape, stem: string, type: Omit<ValueSpec, 'name'>): ValueSpec {
  const spec = { name: tape.graph.fresh(stem), ...type };
  tape.graph.inputs.push(spec);
  tape.declare(spec.name, { datatype: spec.datatype, shape: [...spec.shape] });
  return spec;
}

function shapeOf({ inputShapes }: ForwardOptions, name: string): readonly number[] {
  const shape = inputShapes[name];
  if (shape) return shape;
  const got = Object.keys(inputShapes).join(', ');
  throw new HaversackError(
    'TrainingImpossible',
    `The model reads '${name}', samples have ${got || 'nothing'}.`,
  );
}

/** Operators whose input the loss reads instead: the loss takes the logarithm itself, without losing digits. */
const lastStep: Partial<Record<LossSettings['kind'], readonly string[]>> = {
  // softmax(ln softmax(x)) = softmax(x)
  'cross-entropy': ['Softmax', 'LogSoftmax'],
  divergence: ['Softmax', 'LogSoftmax'],
  'binary-cross-entropy': ['Sigmoid'],
};

/** They hand on the numbers that they get. */
const views: ReadonlySet<string> = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/**
 * The value behind `output` that the loss is taken of: logits, for the losses over classes. Where they are only laid out
 * anew behind the last step ([batch, classes, 1, 1] is flattened), nodes that lay the logits out so are added to the graph.
 */
export function readByLoss(
  graph: Graph,
  output: string,
  { kind }: LossSettings,
  inputShapes: ForwardOptions['inputShapes'],
): string {
  const producers = graph.producers();
  const behind: GraphNode[] = [];
  let node = producers.get(output);
  for (; node && views.has(operatorOf(node)); node = producers.get(node.inputs[0]!)) behind.unshift(node);
  if (!node || !lastStep[kind]?.includes(operatorOf(node))) return output;
  const [logits] = node.inputs as [string];
  if (behind.every(each => operatorOf(each) === 'Identity')) return logits;
  if (operatorOf(node) !== 'Sigmoid') {
    const types = inferShapes(graph, inputShapes);
    if (!isOverClasses(node, types.get(logits)!.shape, types.get(output)!.shape)) return output;
  }
  return behind.reduce((value, { op, inputs, attributes }) => {
    const laidOut = graph.fresh(value);
    graph.add(op, [value, ...inputs.slice(1)], [laidOut], { attributes });
    return laidOut;
  }, logits);
}

/** Whether a row has nothing but its classes, so that however it is laid out they are in their order. */
function isOverClasses(node: GraphNode, shape: readonly number[], output: readonly number[]): boolean {
  const axis = readInt(node, 'axis', -1);
  const classes = shape.at(axis)!;
  const rows = shape[0]!;
  return elements(shape) === rows * classes && output.join() === [rows, classes].join();
}
