// Brings a graph of an older opset to the working one. For every operator whose meaning or form changed there is a step, with
// the opset that changed it (ONNX Changelog.md of 1.20); all others only widened what they take.
import { tensorOfNumbers } from '../infer/known.ts';
import { readFloat, readFloats, readInt, readInts, readString, without } from '../attributes.ts';
import type { AttributeValue } from '../build.ts';
import { type Graph, type GraphNode, operatorOf, workingOpset } from '../graph.ts';
import type { PartialTypes } from '../partial-types.ts';
import { changeBodies } from './change-bodies.ts';
import { rewrite, type Rewriter } from './rewrite.ts';
import { upgradeResize, upsampleToResize } from './upgrade-resize.ts';

/** Changes the node, and may write others before it; what is to come after it goes into `context.after`. */
type Step = (node: GraphNode, rewriter: Rewriter, context: Context) => void;

interface Context {
  /** Names that someone reads. */
  readonly read: ReadonlySet<string>;
  /** Run once the node is written. */
  readonly after: (() => void)[];
}

/** An attribute becomes the input at that place. */
function toInput(node: GraphNode, name: string, place: number, input: string | null): void {
  node.attributes = without(node.attributes, name);
  if (input === null) return;
  while (node.inputs.length < place) node.inputs.push('');
  node.inputs[place] = input;
}

/** INTS become a one-dimensional INT64 input. */
const intsToInput =
  (name: string, place: number): Step =>
  (node, rewriter) => {
    const values = readInts(node, name);
    toInput(node, name, place, values ? rewriter.ints(values) : null);
  };

const axesToInput = intsToInput('axes', 1);

const slice10: Step = (node, rewriter, context) => {
  intsToInput('starts', 1)(node, rewriter, context);
  intsToInput('ends', 2)(node, rewriter, context);
  intsToInput('axes', 3)(node, rewriter, context);
};

const topK10: Step = (node, rewriter) => toInput(node, 'k', 1, rewriter.ints([readInt(node, 'k', 1)]));

const clip11: Step = (node, rewriter) => {
  for (const [place, name] of [[1, 'min'] as const, [2, 'max'] as const]) {
    const bound = readFloat(node, name);
    toInput(node, name, place, bound === undefined ? null : rewriter.scalar(bound, node.inputs[0]!));
  }
};

const pad11: Step = (node, rewriter, context) => {
  intsToInput('pads', 1)(node, rewriter, context);
  const value = readFloat(node, 'value', 0);
  toInput(node, 'value', 2, rewriter.scalar(value, node.inputs[0]!));
};

/** Since 10 the mask is BOOL; since 12 the ratio is an input. */
const dropout10: Step = (node, rewriter, { read }) => {
  if (node.outputs[1] && read.has(node.outputs[1]))
    rewriter.fail('its mask is read, which was of another type');
  node.outputs.length = 1;
};

const dropout12: Step = (node, rewriter) => {
  const ratio = readFloat(node, 'ratio', 0.5);
  toInput(node, 'ratio', 1, rewriter.scalar(ratio, node.inputs[0]!));
};

/** Before 13 all axes from `axis` on were one: the input is seen as a matrix. */
const softmax13: Step = (node, rewriter, { after }) => {
  const [input, output] = [node.inputs[0]!, node.outputs[0]!];
  const axis = readInt(node, 'axis', 1);
  const rank = rewriter.rank(input);
  node.attributes = { ...node.attributes, axis: { int: -1 } };
  if (axis === -1 || (rank !== undefined && (axis === rank - 1 || axis - rank === -1))) return;
  const shape = rewriter.op('Shape', [input]);
  node.inputs[0] = rewriter.op('Flatten', [input], { axis: { int: axis } });
  const matrix = (node.outputs[0] = rewriter.graph.fresh(`${output}_matrix`));
  after.push(() => rewriter.opAs(output, 'Reshape', [matrix, shape]));
};

/** Scales and biases were one a group before 21, and are one a channel since. */
const groupNormalization21: Step = (node, rewriter) => {
  const groups = readInt(node, 'num_groups', 1);
  const channels = rewriter.size(node.inputs[0]!, 1);
  for (const place of [1, 2]) {
    const column = rewriter.op('Reshape', [node.inputs[place]!, rewriter.ints([groups, 1])]);
    const matrix = rewriter.op('Expand', [column, rewriter.ints([groups, channels / groups])]);
    node.inputs[place] = rewriter.op('Reshape', [matrix, rewriter.ints([channels])]);
  }
};

const batchNormalization9: Step = (node, rewriter) => {
  if (readInt(node, 'spatial', 1) !== 1) rewriter.fail('it normalizes every element by itself (spatial = 0)');
  node.attributes = without(node.attributes, 'spatial');
};

/** Outputs beyond the first meant training, and others than they mean since 14. */
const batchNormalization14: Step = (node, rewriter, { read }) => {
  const extra = node.outputs.slice(1).find(name => name !== '' && read.has(name));
  if (extra !== undefined) rewriter.fail(`'${extra}' is read, which opset 14 took away`);
  node.outputs.length = 1;
};

/** Since 18 the number of parts is said where their sizes are not. */
const split18: Step = node => {
  if (node.inputs[1]) return;
  node.attributes = { ...node.attributes, num_outputs: { int: node.outputs.length } };
};

const gridSample20: Step = node => {
  const mode = readString(node, 'mode', 'bilinear').replace(/^bi(linear|cubic)$/, '$1');
  node.attributes = { ...node.attributes, mode: { string: mode } };
};

const dft20: Step = (node, rewriter) => {
  const axis = rewriter.initializer(tensorOfNumbers('INT64', [], [readInt(node, 'axis', 1)]));
  toInput(node, 'axis', 2, axis);
};

const scatterElements: Step = node => {
  node.op = 'ScatterElements';
};

const withDefault =
  (name: string, value: AttributeValue): Step =>
  node => {
    node.attributes = { [name]: value, ...node.attributes };
  };

const refuse =
  (what: string): Step =>
  (_, rewriter) =>
    rewriter.fail(what);

const reductions = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'];

/** Operator → [the opset that brought the change, the change], oldest first. */
const steps: Readonly<Record<string, readonly (readonly [number, Step])[]>> = {
  BatchNormalization: [
    [9, batchNormalization9],
    [14, batchNormalization14],
  ],
  Clip: [[11, clip11]],
  DFT: [[20, dft20]],
  Dropout: [
    [10, dropout10],
    [12, dropout12],
  ],
  GridSample: [[20, gridSample20]],
  GroupNormalization: [[21, groupNormalization21]],
  Hardmax: [[13, softmax13]],
  LogSoftmax: [[13, softmax13]],
  Pad: [[11, pad11]],
  ReduceSum: [[13, axesToInput]],
  ...Object.fromEntries(reductions.map(name => [`Reduce${name}`, [[18, axesToInput] as const]])),
  Resize: [
    [11, upgradeResize],
    [13, dropEmptyInputs],
  ],
  RoiAlign: [[16, withDefault('coordinate_transformation_mode', { string: 'output_half_pixel' })]],
  Scan: [[9, refuse('Scan of opset 8 has batches')]],
  Scatter: [[11, scatterElements]],
  Slice: [[10, slice10]],
  Softmax: [[13, softmax13]],
  Split: [
    [13, intsToInput('split', 1)],
    [18, split18],
  ],
  Squeeze: [[13, axesToInput]],
  TopK: [[10, topK10]],
  Unsqueeze: [[13, axesToInput]],
  Upsample: [
    [9, upsample9],
    [10, upsampleToResize],
  ],
};

function upsample9(node: GraphNode, rewriter: Rewriter): void {
  const scales = readFloats(node, 'scales') ?? rewriter.fail('it has no scales');
  toInput(node, 'scales', 1, rewriter.initializer(tensorOfNumbers('FP32', [scales.length], scales)));
}

/** Before 13 `roi` and `scales` of Resize had to be there, if empty. */
function dropEmptyInputs(node: GraphNode, rewriter: Rewriter): void {
  node.inputs = node.inputs.map((name, i) => (i > 0 && rewriter.known(name)?.length === 0 ? '' : name));
}

/**
 * Of opset 21, or its own where that is newer. Outputs stay the same within rounding: the runtime fuses other patterns in
 * other opsets.
 * @throws HaversackError `ModelInvalid` for the few forms that newer opsets cannot say
 */
export function upgrade(graph: Graph): Graph {
  return upgradeIn(graph, null);
}

/** Bodies of If, Loop and Scan are of the model's opset too. */
function upgradeIn(graph: Graph, outer: PartialTypes | null): Graph {
  const from = graph.opset;
  if (from === 0 || from >= workingOpset) return graph.copy();
  const read = new Set([...graph.consumers().keys(), ...graph.outputs.map(({ name }) => name)]);
  const upgraded = (node: GraphNode, rewriter: Rewriter) => {
    changeBodies(node, rewriter.graph, body => upgradeIn(body, rewriter.types));
    upgradeNode(node, rewriter, from, { read, after: [] });
  };
  const result = rewrite(graph, upgraded, outer);
  result.opset = workingOpset;
  return result;
}

function upgradeNode(node: GraphNode, rewriter: Rewriter, from: number, context: Context): void {
  // A step may make another operator of the node, whose own later steps then follow.
  for (let opset = from + 1; opset <= workingOpset; opset++) {
    const step = steps[operatorOf(node)]?.find(([since]) => since === opset)?.[1];
    step?.(node, rewriter, context);
  }
  rewriter.graph.nodes.push(node);
  for (const write of context.after) write();
}
