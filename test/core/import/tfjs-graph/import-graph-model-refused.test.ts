import { describe, expect, it } from 'vitest';
import { importGraphModel } from '../../../../src/core/import/tfjs-graph/import-graph-model.ts';
import { attribute, filesOf, floats, type SmallGraph, whole } from './graphs.ts';
import { addOne, refusal, withJson } from './refusal.ts';

const { ints, text, type } = attribute;

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
