import { describe, expect, it, vi } from 'vitest';
import { HaversackError } from '../../../../src/core/errors.ts';
import type { NodeDef } from '../../../../src/core/import/tfjs-graph/graph-def.ts';
import { importGraphModel } from '../../../../src/core/import/tfjs-graph/import-graph-model.ts';
import type { ImportFile } from '../../../../src/core/import/imported.ts';
import { loopFinder } from '../../../../src/core/import/tfjs-graph/loop.ts';
import { Graph } from '../../../../src/core/onnx/graph.ts';
import { answersOfOnnx } from './against-tfjs.ts';
import { attribute, filesOf, floats, jsonFile, modelJson, type SmallGraph, whole } from './graphs.ts';

const { int, ints, text, type } = attribute;

/** y = x + 1 */
const addOne: SmallGraph = {
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
  constants: { one: floats([], [1]) },
  nodes: [{ op: 'AddV2', name: 'y', inputs: ['x', 'one'] }],
  outputs: ['y:0'],
};

function refusal(files: readonly ImportFile[]): { code: string; detail: string } {
  try {
    importGraphModel(files);
  } catch (error) {
    if (error instanceof HaversackError) return { code: error.code, detail: error.detail };
    throw error;
  }
  throw new Error('It was taken.');
}

/** With parts of `model.json` exchanged. */
function withJson(graph: SmallGraph, change: (json: Record<string, unknown>) => unknown): ImportFile[] {
  return [jsonFile(change(modelJson(graph))), filesOf(graph)[1]];
}

describe('what comes out', () => {
  it('has the names and shapes of the original', async () => {
    const imported = importGraphModel(filesOf(addOne));
    expect(imported.interface.inputs).toEqual([
      { name: 'x', datatype: 'FP32', shape: [-1, 2], meaning: null },
    ]);
    expect(imported.interface.outputs.map(({ name }) => name)).toEqual(['y']);
    const feeds = { x: { datatype: 'FP32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } } as const;
    const answers = await answersOfOnnx(imported.model, feeds);
    expect(answers.get('y')).toEqual({ shape: [2, 2], data: Float32Array.of(2, 3, 4, 5) });
  });

  it('is what nobody reads, where there is no signature', () => {
    const files = withJson(addOne, ({ signature: _, ...json }) => json);
    expect(importGraphModel(files).interface.outputs.map(({ name }) => name)).toEqual(['y']);
  });

  it('is one row at a time where the graph says so in the middle, and a note says that', () => {
    const rows: SmallGraph = {
      ...addOne,
      constants: { sizes: whole([1, 2]) },
      nodes: [{ op: 'Reshape', name: 'y', inputs: ['x', 'sizes'] }],
    };
    const { interface: given, notes } = importGraphModel(filesOf(rows));
    expect(given.inputs[0]!.shape).toEqual([1, 2]);
    expect(notes).toEqual([{ code: 'oneRow', inputs: ['x'] }]);
  });

  it('takes as many rows as come where their number is only asked for', () => {
    const asked: SmallGraph = {
      ...addOne,
      constants: { from: whole([0]), to: whole([1]), step: whole([1]), two: whole([2], []) },
      nodes: [
        { op: 'Shape', name: 'shape', inputs: ['x'] },
        {
          op: 'StridedSlice',
          name: 'count',
          inputs: ['shape', 'from', 'to', 'step'],
          attributes: { shrink_axis_mask: int(1) },
        },
        { op: 'Pack', name: 'sizes', inputs: ['count', 'two'], attributes: { axis: int(0) } },
        { op: 'Reshape', name: 'y', inputs: ['x', 'sizes'] },
      ],
    };
    const { interface: given, notes } = importGraphModel(filesOf(asked));
    expect([given.inputs[0]!.shape, notes]).toEqual([[-1, 2], []]);
  });

  it('does not depend on the folder that the files lie in', () => {
    const files = filesOf(addOne).map(({ path, bytes }) => ({ path: `model/web/${path}`, bytes }));
    expect(importGraphModel(files).model).toEqual(importGraphModel(filesOf(addOne)).model);
  });
});

/** while (i < turns) { y = y + 1; i = i + 1 }, as TensorFlow 1 writes it. */
function counting(turns: readonly [string, number]): SmallGraph {
  const frame = { frame_name: text('loop') };
  return {
    inputs: [
      { name: 'x', datatype: 'FP32', shape: [2] },
      { name: 'open', datatype: 'INT32', shape: [] },
    ],
    constants: {
      zero: whole([0], []),
      step: whole([1], []),
      one: floats([], [1]),
      fixed: whole([turns[1]], []),
    },
    nodes: [
      { op: 'Enter', name: 'i-in', inputs: ['zero'], attributes: frame },
      { op: 'Enter', name: 'y-in', inputs: ['x'], attributes: frame },
      { op: 'Enter', name: 'turns', inputs: [turns[0]], attributes: frame },
      { op: 'Merge', name: 'i', inputs: ['i-in', 'i-next'] },
      { op: 'Merge', name: 'y-now', inputs: ['y-in', 'y-next'] },
      { op: 'Less', name: 'goes-on', inputs: ['i', 'turns'] },
      { op: 'LoopCond', name: 'condition', inputs: ['goes-on'] },
      { op: 'Switch', name: 'i-switch', inputs: ['i', 'condition'] },
      { op: 'Switch', name: 'y-switch', inputs: ['y-now', 'condition'] },
      { op: 'AddV2', name: 'i-plus', inputs: ['i-switch:1', 'step'] },
      { op: 'AddV2', name: 'y-plus', inputs: ['y-switch:1', 'one'] },
      { op: 'NextIteration', name: 'i-next', inputs: ['i-plus'] },
      { op: 'NextIteration', name: 'y-next', inputs: ['y-plus'] },
      { op: 'Exit', name: 'i-out', inputs: ['i-switch'] },
      { op: 'Exit', name: 'y', inputs: ['y-switch'] },
    ],
    outputs: ['y:0'],
  };
}

describe('loops', () => {
  it('are written out where the number of turns is known', async () => {
    const { model } = importGraphModel(filesOf(counting(['fixed', 3])));
    const feeds = { x: { datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2) } } as const;
    expect((await answersOfOnnx(model, feeds)).get('y')!.data).toEqual(Float32Array.of(4, 5));
  });

  it('are refused where it depends on what the model is fed, by name', () => {
    expect(refusal(filesOf(counting(['open', 3])))).toEqual({
      code: 'OperatorUnsupported',
      detail: expect.stringMatching(/^Less 'goes-on': control flow, and how often .* depends/),
    });
  });

  it('are written out once, however many of their exits are asked for', async () => {
    const both = { ...counting(['fixed', 3]), outputs: ['y:0', 'i-out:0'] };
    const [one, two] = [counting(['fixed', 3]), both].map(graph => importGraphModel(filesOf(graph)).model);
    const additions = (model: Uint8Array<ArrayBuffer>) =>
      Graph.read(model).nodes.filter(({ op }) => op === 'Add').length;
    expect([additions(one!), additions(two!)]).toEqual([3, 3]);
    const feeds = { x: { datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2) } } as const;
    const answers = await answersOfOnnx(two!, feeds);
    expect(answers.get('y')!.data).toEqual(Float32Array.of(4, 5));
    expect(Number(answers.get('i-out')!.data[0])).toBe(3);
  });

  it('are found in one walk through the graph, however many there are', () => {
    const nodes = new Map<string, NodeDef>();
    const put = (name: string, op: string, ...input: string[]) =>
      nodes.set(name, { name, op, input, attr: {} });
    const count = 5_000;
    put('goes-on', 'LoopCond', 'decides');
    for (let i = 0; i < count; i++) {
      put(`in${i}`, 'Enter', 'x');
      put(`merge${i}`, 'Merge', `in${i}`, `next${i}`);
      put(`switch${i}`, 'Switch', `merge${i}`, 'goes-on');
      put(`next${i}`, 'NextIteration', `switch${i}:1`);
      put(`out${i}`, 'Exit', `switch${i}`);
    }
    const visits = vi.spyOn(nodes, 'values');
    const loopOf = loopFinder(nodes);
    const loops = new Set(Array.from({ length: count }, (_, i) => loopOf(nodes.get(`out${i}`)!)));
    expect(loops.size).toBe(1);
    const [loop] = loops;
    expect([loop!.variables.length, loop!.exits.get('out7')]).toEqual([count, 'merge7']);
    expect(visits).toHaveBeenCalledTimes(1);
  });

  it('are refused where they never end', () => {
    expect(refusal(filesOf(counting(['fixed', 1e9])))).toEqual({
      code: 'OperatorUnsupported',
      detail: expect.stringContaining('more than 64 turns'),
    });
  });
});

describe('what is refused', () => {
  it.each<[string, Partial<SmallGraph>, string, RegExp]>([
    [
      'an operator that is not known, with its node',
      { nodes: [{ op: 'FFT2D', name: 'y', inputs: ['x'] }] },
      'OperatorUnsupported',
      /^FFT2D 'y'/,
    ],
    [
      'a branch',
      {
        constants: { yes: { dtype: 'bool', shape: [], values: [1] } },
        nodes: [
          { op: 'Switch', name: 'either', inputs: ['x', 'yes'] },
          { op: 'Identity', name: 'y', inputs: ['either:1'] },
        ],
      },
      'OperatorUnsupported',
      /^Switch 'either': control flow/,
    ],
    [
      'text',
      { nodes: [{ op: 'Cast', name: 'y', inputs: ['x'], attributes: { DstT: type('DT_STRING') } }] },
      'OperatorUnsupported',
      /^Cast 'y': it works on DT_STRING/,
    ],
    [
      'a node that is read and not there',
      { nodes: [{ op: 'Relu', name: 'y', inputs: ['z'] }] },
      'ImportImpossible',
      /'z'/,
    ],
    [
      'nodes that wait for each other',
      {
        nodes: [
          { op: 'Relu', name: 'y', inputs: ['z'] },
          { op: 'Relu', name: 'z', inputs: ['y'] },
        ],
      },
      'ImportImpossible',
      /waits for itself/,
    ],
    ['an output that its node lacks', { outputs: ['y:7'] }, 'ImportImpossible', /'7' is asked for/],
    [
      'an input that is missing',
      { nodes: [{ op: 'AddV2', name: 'y', inputs: ['x'] }] },
      'ImportImpossible',
      /input 1 is missing/,
    ],
    [
      'shapes that do not go together',
      {
        constants: { three: floats([3], [1, 2, 3]) },
        nodes: [{ op: 'Mul', name: 'y', inputs: ['x', 'three'] }],
      },
      'ImportImpossible',
      /\[-1, 2\] and \[3\]/,
    ],
    [
      'a filter for another number of channels',
      {
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4, 4, 3] }],
        constants: { filter: floats([1, 1, 2, 1], [1, 1]) },
        nodes: [
          {
            op: 'Conv2D',
            name: 'y',
            inputs: ['x', 'filter'],
            attributes: { strides: ints([1, 1, 1, 1]), padding: text('SAME') },
          },
        ],
      },
      'ImportImpossible',
      /the image has 3 channels/,
    ],
    [
      'a list longer than any list of images',
      {
        constants: { size: whole([], [0]), count: whole([1e9], []) },
        nodes: [
          { op: 'TensorListReserve', name: 'list', inputs: ['size', 'count'] },
          { op: 'TensorListStack', name: 'y', inputs: ['list', 'size'] },
        ],
      },
      'OperatorUnsupported',
      /a list of 1000000000/,
    ],
    [
      'a count without an end',
      {
        constants: { from: whole([0], []), to: whole([2 ** 31 - 1], []), step: whole([1], []) },
        nodes: [{ op: 'Range', name: 'y', inputs: ['from', 'to', 'step'] }],
      },
      'ImportImpossible',
      /counts/,
    ],
    [
      'a count that goes nowhere',
      {
        constants: { from: whole([0], []), to: whole([4], []), step: whole([0], []) },
        nodes: [{ op: 'Range', name: 'y', inputs: ['from', 'to', 'step'] }],
      },
      'ImportImpossible',
      /counts/,
    ],
    [
      'a list of a fraction',
      {
        constants: { size: whole([], [0]), count: floats([], [1.5]) },
        nodes: [
          { op: 'TensorListReserve', name: 'list', inputs: ['size', 'count'] },
          { op: 'TensorListStack', name: 'y', inputs: ['list', 'size'] },
        ],
      },
      'OperatorUnsupported',
      /a list of 1.5/,
    ],
    [
      'a count of no numbers',
      {
        constants: { from: whole([0], []), to: whole([0], []), step: whole([0], []) },
        nodes: [{ op: 'Range', name: 'y', inputs: ['from', 'to', 'step'] }],
      },
      'ImportImpossible',
      /counts NaN/,
    ],
    [
      'less than nothing that is to be filled',
      {
        constants: { sizes: whole([-5]), value: floats([], [1]) },
        nodes: [{ op: 'Fill', name: 'y', inputs: ['sizes', 'value'] }],
      },
      'ImportImpossible',
      /^Fill 'y': it fills \[-5\]/,
    ],
    [
      'more than any memory holds',
      {
        constants: { sizes: whole([65_536, 65_537, 16]), value: floats([], [1]) },
        nodes: [{ op: 'Fill', name: 'y', inputs: ['sizes', 'value'] }],
      },
      'ImportImpossible',
      /^Fill 'y': it makes \[65536, 65537, 16\]/,
    ],
    [
      'a shape of as many sizes as the model is fed',
      {
        inputs: [...addOne.inputs, { name: 'sizes', datatype: 'INT32', shape: [-1] }],
        nodes: [{ op: 'Reshape', name: 'y', inputs: ['x', 'sizes'] }],
      },
      'ImportImpossible',
      /^Reshape 'y': a shape of -1 sizes/,
    ],
    [
      'a normalisation without what it normalises by',
      {
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4, 4, 3] }],
        nodes: [{ op: 'FusedBatchNormV3', name: 'y', inputs: ['x'] }],
      },
      'ImportImpossible',
      /^FusedBatchNormV3 'y': input 1 is missing/,
    ],
    [
      'blocks that leave a part of a channel',
      {
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4, 4, 3] }],
        nodes: [
          { op: 'DepthToSpace', name: 'y', inputs: ['x'], attributes: { block_size: attribute.int(2) } },
        ],
      },
      'ImportImpossible',
      /^DepthToSpace 'y': it makes \[1, 8, 8, 0.75\]/,
    ],
    [
      'an attribute that is no whole number',
      {
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4, 4, 4] }],
        nodes: [{ op: 'DepthToSpace', name: 'y', inputs: ['x'], attributes: { block_size: { i: 'many' } } }],
      },
      'ImportImpossible',
      /^DepthToSpace 'y': block_size is NaN/,
    ],
  ])('%s', (_, change, code, detail) => {
    const refused = refusal(filesOf({ ...addOne, ...change }));
    expect(refused).toEqual({ code, detail: expect.stringMatching(detail) });
  });

  it('a model.json that is none, with the place that is wrong', () => {
    const shard = filesOf(addOne)[1];
    const file = { path: 'model.json', bytes: new TextEncoder().encode('{') };
    expect(refusal([file, shard]).detail).toMatch(/^model.json is no JSON/);
    const noNodes = withJson(addOne, json => ({ ...json, modelTopology: { node: [{ name: 'y' }] } }));
    expect(refusal(noNodes).detail).toMatch(/^model.json, modelTopology.node.0.op/);
    expect(refusal([shard]).detail).toMatch(/no model.json/);
  });

  it.each(['1.5', 'many', '4294967296', '1e400'])('a dimension of %s, with its place', size => {
    const [input] = addOne.inputs;
    const odd = withJson({ ...addOne, inputs: [{ ...input!, shape: [7, 2] }] }, json =>
      JSON.parse(JSON.stringify(json).replaceAll('"7"', JSON.stringify(size))),
    );
    const { code, detail } = refusal(odd);
    expect(code).toBe('ImportImpossible');
    expect(detail).toMatch(/^model.json, modelTopology.node.0.attr.shape.shape.dim.0.size: /);
  });

  it('steps of 0 over sizes, and an order that names an axis twice', () => {
    const constants = { from: whole([0]), step: whole([0]), order: whole([0, 0]) };
    const stepped: SmallGraph = {
      ...addOne,
      constants,
      nodes: [
        { op: 'Shape', name: 'shape', inputs: ['x'] },
        { op: 'StridedSlice', name: 'y', inputs: ['shape', 'from', 'from', 'step'] },
      ],
    };
    expect(refusal(filesOf(stepped)).detail).toMatch("StridedSlice 'y': its steps are [0]");
    const turned = { ...addOne, constants, nodes: [{ op: 'Transpose', name: 'y', inputs: ['x', 'order'] }] };
    expect(refusal(filesOf(turned)).detail).toMatch("Transpose 'y': [0, 0] is no order");
  });

  it('two nodes of one name', () => {
    const twice: SmallGraph = { ...addOne, nodes: [...addOne.nodes, ...addOne.nodes] };
    expect(refusal(filesOf(twice)).detail).toBe("two nodes are called 'y'");
  });

  it('a shard that is missing, and weights that say more than it holds', () => {
    expect(refusal([filesOf(addOne)[0]]).code).toBe('ExternalDataMissing');
    const more = { ...addOne, constants: { one: floats([], [1]) } };
    const files = withJson(more, json => ({
      ...json,
      weightsManifest: [{ paths: ['shard.bin'], weights: [{ name: 'one', dtype: 'float32', shape: [1e9] }] }],
    }));
    expect(refusal(files).code).toBe('ImportImpossible');
  });

  it('a chain of any depth without running out of stack', () => {
    const deep = Array.from({ length: 20_000 }, (_, i) => ({
      op: 'Relu',
      name: i === 0 ? 'y' : `r${i}`,
      inputs: [i === 19_999 ? 'x' : `r${i + 1}`],
    }));
    expect(importGraphModel(filesOf({ ...addOne, nodes: deep })).model.length).toBeGreaterThan(0);
  });
});
