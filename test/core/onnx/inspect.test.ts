import { create } from '@bufbuild/protobuf';
import {
  NodeProtoSchema,
  FunctionProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TypeProtoSchema,
  type ModelProto,
} from 'onnx-buf';
import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import type { Graph } from '../../../src/core/onnx/graph.ts';
import { inspectModel } from '../../../src/core/onnx/inspect.ts';
import { readModel } from '../../../src/core/onnx/read.ts';
import { writeModel } from '../../../src/core/onnx/write.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { body, fp32 } from './body.ts';
import { convolutionModel, denseModel } from './models.ts';

/** The model of a file, changed. */
function changed(
  file: Uint8Array<ArrayBuffer>,
  change: (model: ModelProto) => void,
): Uint8Array<ArrayBuffer> {
  const model = readModel(file);
  change(model);
  return writeModel(model);
}

describe('inspectModel', () => {
  test('says what goes in, what comes out, and what is in between', () => {
    const file = convolutionModel();
    expect(inspectModel(file)).toEqual({
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 1, 8, 8] }],
      outputs: [{ name: 'logits', datatype: 'FP32', shape: [-1, 10] }],
      operators: { Conv: 1, Gemm: 1, Relu: 1, Reshape: 1 },
      // 4·9 + 4 + 10·256 + 10; the shape of the Reshape is no weight.
      parameters: 2610,
      bytes: file.length,
      opset: 21,
      producer: 'haversack',
      outputOperators: { logits: 'Gemm' },
    });
  });

  test('an initializer that is listed among the inputs, as old exporters do, is no input', () => {
    const file = changed(denseModel(), model => {
      const [x] = model.graph!.input;
      model.graph!.input.push({ ...x!, name: 'w' });
    });
    expect(inspectModel(file).inputs.map(({ name }) => name)).toEqual(['x']);
  });

  test('finds the meaning at the other end of a very long way', () => {
    // A second here, minutes where each step looks through all nodes.
    const builder = new GraphBuilder('long').input('x', 'FP32', [1, 2]).node('Softmax', ['x'], ['v0']);
    const steps = 100_000;
    for (let i = 0; i < steps; i++) builder.node('Identity', [`v${i}`], [`v${i + 1}`]);
    const { outputOperators } = inspectModel(builder.output(`v${steps}`, 'FP32', [1, 2]).build());
    expect(outputOperators).toEqual({ [`v${steps}`]: 'Softmax' });
  });

  test('weights in another file are found where a local function keeps its defaults', () => {
    const file = changed(denseModel(), model => {
      model.functions.push(
        create(FunctionProtoSchema, {
          name: 'Shift',
          domain: 'mine',
          attributeProto: [
            {
              name: 'by',
              t: {
                dims: [3n],
                dataType: 1,
                dataLocation: 1,
                externalData: [{ key: 'location', value: 'registry.key' }],
              },
            },
          ],
        }),
      );
    });
    expect(() => inspectModel(file)).toThrow(
      expect.objectContaining({
        code: 'ExternalDataMissing',
        detail: "Weight 'by' is kept in 'registry.key'.",
      }),
    );
  });

  test('a call of a local function counts as what the function holds', () => {
    const file = changed(denseModel(), model => {
      model.graph!.node[2] = create(NodeProtoSchema, {
        ...model.graph!.node[2]!,
        opType: 'MySoftmax',
        domain: 'mine',
        attribute: [],
      });
      model.functions.push(
        create(FunctionProtoSchema, {
          name: 'MySoftmax',
          domain: 'mine',
          input: ['a'],
          output: ['c'],
          opsetImport: [create(OperatorSetIdProtoSchema, { version: 21n })],
          node: [
            create(NodeProtoSchema, { opType: 'Identity', input: ['a'], output: ['b'] }),
            create(NodeProtoSchema, { opType: 'Softmax', input: ['b'], output: ['c'] }),
          ],
        }),
      );
    });
    expect(inspectModel(file).operators).toEqual({ Add: 1, Identity: 1, MatMul: 1, Softmax: 1 });
  });

  test('looks through a Reshape and a Cast for the operator that makes an output', () => {
    const file = new GraphBuilder('wrapped')
      .input('x', 'FP32', [-1, 3])
      .initializer('shape', { datatype: 'INT64', shape: [2], data: BigInt64Array.of(-1n, 3n) })
      .node('Softmax', ['x'], ['s'])
      .node('Reshape', ['s', 'shape'], ['r'])
      .node('Identity', ['r'], ['y'])
      .output('y', 'FP32', [-1, 3])
      .build();
    expect(inspectModel(file).outputOperators).toEqual({ y: 'Softmax' });
  });

  test('names the weight whose bytes are in another file, and that file', () => {
    const file = changed(denseModel(), model => {
      const weight = model.graph!.initializer[0]!;
      weight.rawData = new Uint8Array();
      weight.dataLocation = 1;
      weight.externalData = [
        create(StringStringEntryProtoSchema, { key: 'location', value: 'model.onnx.data' }),
      ];
    });
    expect(() => inspectModel(file)).toThrow(
      expect.objectContaining({
        code: 'ExternalDataMissing',
        detail: "Weight 'w' is kept in 'model.onnx.data'.",
      }),
    );
  });

  test.each<[string, (model: ModelProto) => void, string]>([
    [
      'a name that nothing makes',
      m => (m.graph!.node[1]!.input[1] = 'c'),
      "Add 'Add_1' (2nd node) reads 'c', which nothing makes.",
    ],
    [
      'a name made twice',
      m => (m.graph!.node[1]!.output[0] = 'product'),
      "'product' is made twice: by MatMul 'MatMul_0' (1st node) and by Add 'Add_1' (2nd node).",
    ],
    ['an output that nothing makes', m => (m.graph!.output[0]!.name = 'p'), "Nothing makes the output 'p'."],
    ['no outputs', m => (m.graph!.output = []), 'The graph has no outputs.'],
    [
      'an opset of the future',
      m => (m.opsetImport[0]!.version = 99n),
      'The model uses opset 99; this runtime knows 7 to 26.',
    ],
    [
      'an opset of the past',
      m => (m.opsetImport[0]!.version = 3n),
      'The model uses opset 3; this runtime knows 7 to 26.',
    ],
    [
      'an output that is no tensor',
      m =>
        (m.graph!.output[0]!.type = create(TypeProtoSchema, { value: { case: 'sequenceType', value: {} } })),
      "Output 'probabilities' is no tensor but a sequence (scikit-learn models: export with zipmap=False).",
    ],
  ])('refuses %s', (_, change, detail) => {
    expect(() => inspectModel(changed(denseModel(), change))).toThrow(
      expect.objectContaining({ code: 'ModelInvalid', detail }),
    );
  });
});

describe('a nested graph', () => {
  const withBranch = (write: (graph: Graph) => void, output: string) =>
    new GraphBuilder('g')
      .input('x', 'FP32', [2])
      .input('c', 'BOOL', [])
      .node('Relu', ['x'], ['r'])
      .node('If', ['c'], ['y'], {
        then_branch: body([], [fp32(output, 2)], write),
        else_branch: body([], [fp32('e', 2)], graph => graph.add('Neg', ['r'], ['e'])),
      })
      .output('y', 'FP32', [2])
      .build();

  test('may read names from outside', () => {
    const file = withBranch(graph => graph.add('Add', ['x', 'r'], ['t']), 't');
    expect(inspectModel(file).operators).toEqual({ Add: 1, If: 1, Neg: 1, Relu: 1 });
  });

  test('is refused where it reads what nothing makes, by the name of its own node', () => {
    expect(() => inspectModel(withBranch(graph => graph.add('Add', ['x', 'q'], ['t']), 't'))).toThrow(
      "Add 'Add' (1st node) reads 'q', which nothing makes.",
    );
  });

  test('is refused where it gives what it does not make, as the runtime refuses it', () => {
    expect(() => inspectModel(withBranch(graph => graph.add('Abs', ['x'], ['t']), 'r'))).toThrow(
      "Nothing makes the output 'r' of the nested graph 'body' in it.",
    );
  });
});

describe('GraphBuilder', () => {
  test('refuses to read what nothing made and to make a name twice', () => {
    const graph = new GraphBuilder('g').input('x', 'FP32', [1]);
    expect(() => graph.node('Relu', ['y'], ['z'])).toThrow(/'y'/);
    expect(() => graph.initializer('x', float32([1], [1]))).toThrow(/'x' is made twice/);
    expect(() => graph.initializer('w', float32([2], [1]))).toThrow(/FP32 \[2\] with 1 elements/);
  });

  test('the same graph gives the same bytes, and reading and writing changes none', () => {
    expect(convolutionModel()).toEqual(convolutionModel());
    expect(writeModel(readModel(convolutionModel()))).toEqual(convolutionModel());
  });
});
