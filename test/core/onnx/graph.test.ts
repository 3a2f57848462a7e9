import { create } from '@bufbuild/protobuf';
import { AttributeProtoSchema, TensorProtoSchema } from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { Graph } from '../../../src/core/onnx/graph.ts';
import { nameNodes } from '../../../src/core/onnx/passes/name-nodes.ts';
import { readModel } from '../../../src/core/onnx/read.ts';
import { writeModel } from '../../../src/core/onnx/write.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { convolutionModel, denseModel } from './models.ts';

describe('Graph', () => {
  test.each([
    ['dense', denseModel()],
    ['convolution', convolutionModel()],
  ])('a %s model that is read and written is the same file', (_, file) => {
    expect(Graph.read(file).toBytes()).toEqual(file);
  });

  test('what it has no field for survives, in nodes too', () => {
    const model = readModel(denseModel());
    model.producerVersion = '1.2';
    model.metadataProps = [{ $typeName: 'onnx.StringStringEntryProto', key: 'labels', value: 'a,b,c' }];
    model.graph!.node[0]!.docString = 'the first layer';
    // Field 99, a varint, of a schema to come.
    model.graph!.node[0]!.$unknown = [{ no: 99, wireType: 0, data: Uint8Array.of(7) }];
    const file = writeModel(model);
    expect(Graph.read(file).copy().toBytes()).toEqual(file);
  });

  test('attributes that are no plain numbers and weights of no plain type survive', () => {
    const model = readModel(denseModel());
    model.graph!.node[2]!.attribute.push(
      create(AttributeProtoSchema, { name: 'long', type: 2, i: 2n ** 62n + 1n }),
      create(AttributeProtoSchema, { name: 'end', type: 7, ints: [2n ** 63n - 1n, -(2n ** 63n)] }),
      create(AttributeProtoSchema, { name: 'bytes', type: 3, s: Uint8Array.of(0xff, 0xfe) }),
    );
    model.graph!.initializer.push(
      create(TensorProtoSchema, { name: 'packed', dims: [2n], dataType: 22, rawData: Uint8Array.of(0x21) }),
    );
    const file = writeModel(model);
    expect(Graph.read(file).toBytes()).toEqual(file);
  });

  test('a weight is a view of the file where it lies aligned, and right in any case', () => {
    const views = ['v', 'v1', 'v1.', 'v1.0'].filter(version => {
      const model = readModel(convolutionModel());
      model.producerVersion = version;
      const file = writeModel(model);
      const { data } = Graph.read(file).initializers.get('conv.w')!;
      expect(data).toEqual(readWeight(file, 'conv.w'));
      return !Array.isArray(data) && data.buffer === file.buffer;
    });
    expect(views).toHaveLength(1);
  });

  test('a weight that is replaced is written anew', () => {
    const graph = Graph.read(denseModel());
    graph.initializers.set('b', float32([3], [1, 2, 3]));
    expect(Graph.read(graph.toBytes()).initializers.get('b')!.data).toEqual(Float32Array.of(1, 2, 3));
  });

  test('an initializer that is listed among the inputs is no input', () => {
    const model = readModel(denseModel());
    model.graph!.input.push({ ...model.graph!.input[0]!, name: 'w' });
    expect(Graph.from(model).inputs.map(({ name }) => name)).toEqual(['x']);
  });

  test('nodes are put in order, and a circle is refused by name', () => {
    const graph = new Graph();
    graph.inputs = [{ name: 'x', datatype: 'FP32', shape: [1] }];
    graph.add('Relu', ['b'], ['c']);
    graph.add('Relu', ['a'], ['b']);
    graph.add('Relu', ['x'], ['a']);
    graph.sort();
    expect(graph.nodes.map(({ outputs }) => outputs[0])).toEqual(['a', 'b', 'c']);
    graph.nodes[0]!.inputs = ['c'];
    expect(() => graph.sort()).toThrow(/goes in a circle through Relu/);
  });

  test('nodes that are in order keep it', () => {
    const graph = new Graph();
    for (const name of ['q', 'a', 'z']) graph.add('Relu', ['x'], [name]);
    graph.add('Sum', ['z', 'a'], ['s']);
    const before = graph.nodes.map(({ name }) => name);
    graph.sort();
    expect(graph.nodes.map(({ name }) => name)).toEqual(before);
  });

  test('fresh names are like no other, also in nested graphs and in copies', () => {
    const branch = new Graph();
    branch.add('Relu', ['x'], ['y_1']);
    const graph = new Graph();
    graph.add('If', ['c'], ['y'], { attributes: { then_branch: { graph: branch.toModel().graph! } } });
    expect(graph.fresh('y')).toBe('y_2');
    expect(graph.copy().fresh('y')).toBe('y_3');
  });

  test('what a nested graph takes from outside counts as read', () => {
    const branch = new Graph();
    branch.add('Add', ['outer', 'w'], ['y']);
    branch.initializers.set('w', float32([1], [1]));
    branch.outputs = [{ name: 'y', datatype: 'FP32', shape: [1] }];
    const graph = new Graph();
    const node = graph.add('If', ['c'], ['z'], {
      attributes: { then_branch: { graph: branch.toModel().graph! } },
    });
    expect([...graph.consumers()]).toEqual([
      ['c', [node]],
      ['outer', [node]],
    ]);
  });
});

describe('nameNodes', () => {
  test('names that are missing or clash are made, others stay', () => {
    const model = readModel(
      new GraphBuilder('g')
        .input('x', 'FP32', [1])
        .node('Relu', ['x'], ['a'])
        .node('Relu', ['a'], ['b'])
        .node('Relu', ['b'], ['c'])
        .output('c', 'FP32', [1])
        .build(),
    );
    for (const [i, name] of ['r', '', 'r'].entries()) model.graph!.node[i]!.name = name;
    expect(nameNodes(Graph.from(model)).nodes.map(({ name }) => name)).toEqual(['r', 'Relu', 'r_1']);
  });
});

function readWeight(file: Uint8Array<ArrayBuffer>, name: string) {
  const { rawData } = readModel(file).graph!.initializer.find(tensor => tensor.name === name)!;
  return new Float32Array(rawData.slice().buffer);
}
