// The models that the conformance suite asks: small, real, and with every type there is. Made here, so that any host can serve
// them; knows neither Node nor a browser.
import type { ModelInterface } from '../../src/core/artifact/interface.ts';
import type { Datatype } from '../../src/core/datatype.ts';
import { GraphBuilder } from '../../src/core/onnx/build.ts';
import { float32 } from '../../src/core/tensor.ts';

export interface ConformanceModel {
  readonly file: Uint8Array<ArrayBuffer>;
  readonly interface: ModelInterface;
  readonly labels: readonly string[] | null;
}

/** Those that `kinds` has an input and an output of, named in lower case with `_out` behind. */
export const kindsOfJson = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP32',
  'FP64',
  'BYTES',
] as const satisfies readonly Datatype[];

/** Each input comes back as it went in. */
function kinds(): ConformanceModel {
  const names = kindsOfJson.map(datatype => [datatype.toLowerCase(), datatype] as const);
  const graph = new GraphBuilder('kinds');
  for (const [name, datatype] of names) {
    graph
      .input(name, datatype, [`n_${name}`])
      .node('Identity', [name], [`${name}_out`])
      .output(`${name}_out`, datatype, [`n_${name}`]);
  }
  return {
    file: graph.build(),
    interface: {
      inputs: names.map(([name, datatype]) => ({ name, datatype, shape: [-1], meaning: null })),
      outputs: names.map(([name, datatype]) => ({
        name: `${name}_out`,
        datatype,
        shape: [-1],
        meaning: null,
      })),
      decision: null,
    },
    labels: null,
  };
}

/** One input of the type, rows of any width, which comes back. */
function echo(datatype: Datatype): ConformanceModel {
  return {
    file: new GraphBuilder('echo')
      .input('x', datatype, ['n', 'm'])
      .node('Identity', ['x'], ['y'])
      .output('y', datatype, ['n', 'm'])
      .build(),
    interface: {
      inputs: [{ name: 'x', datatype, shape: [-1, -1], meaning: null }],
      outputs: [{ name: 'y', datatype, shape: [-1, -1], meaning: null }],
      decision: null,
    },
    labels: null,
  };
}

/** a, b [n, 2] → sum, difference [n, 2]. */
function sums(): ConformanceModel {
  const tensor = (name: string) => ({ name, datatype: 'FP32' as const, shape: [-1, 2], meaning: null });
  return {
    file: new GraphBuilder('sums')
      .input('a', 'FP32', ['n', 2])
      .input('b', 'FP32', ['n', 2])
      .node('Add', ['a', 'b'], ['sum'])
      .node('Sub', ['a', 'b'], ['difference'])
      .output('sum', 'FP32', ['n', 2])
      .output('difference', 'FP32', ['n', 2])
      .build(),
    interface: {
      inputs: [tensor('a'), tensor('b')],
      outputs: [tensor('sum'), tensor('difference')],
      decision: null,
    },
    labels: null,
  };
}

/** probabilities [n, 3] = softmax(4 · size): the largest of three measurements names the class; sure from 0.6 on. */
function sizes(): ConformanceModel {
  return {
    file: new GraphBuilder('sizes')
      .input('measured', 'FP32', ['n', 3])
      .initializer('w', float32([3, 3], [4, 0, 0, 0, 4, 0, 0, 0, 4]))
      .node('MatMul', ['measured', 'w'], ['logits'])
      .node('Softmax', ['logits'], ['probabilities'], { axis: { int: -1 } })
      .output('probabilities', 'FP32', ['n', 3])
      .build(),
    interface: {
      inputs: [
        {
          name: 'measured',
          datatype: 'FP32',
          shape: [-1, 3],
          meaning: {
            kind: 'features',
            names: ['length', 'width', 'height'],
            units: ['cm', 'cm', 'cm'],
            ranges: null,
          },
        },
      ],
      outputs: [
        {
          name: 'probabilities',
          datatype: 'FP32',
          shape: [-1, 3],
          meaning: { kind: 'probabilities', unit: null },
        },
      ],
      decision: { kind: 'softmax', output: 'probabilities', from: 'probabilities', notSureBelow: 0.6 },
    },
    labels: ['long', 'wide', 'high'],
  };
}

export const conformanceModels: Readonly<Record<string, ConformanceModel>> = {
  kinds: kinds(),
  half: echo('FP16'),
  words: echo('BYTES'),
  sums: sums(),
  sizes: sizes(),
};
