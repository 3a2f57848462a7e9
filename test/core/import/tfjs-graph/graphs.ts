// Graph models of few nodes, as TensorFlow.js has them: a `model.json` and one shard.
import type { ImportFile } from '../../../../src/core/import/imported.ts';
import type { TensorSpec } from '../../../../src/core/runtime/session.ts';
import { elements } from '../../../../src/core/tensor.ts';

export interface Constant {
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export interface SmallNode {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly attributes?: Readonly<Record<string, object>>;
}

export interface SmallGraph {
  readonly inputs: readonly TensorSpec[];
  readonly constants?: Readonly<Record<string, Constant>>;
  readonly nodes: readonly SmallNode[];
  readonly outputs: readonly string[];
}

export const floats = (shape: readonly number[], values: readonly number[]): Constant => ({
  dtype: 'float32',
  shape,
  values,
});

export const whole = (values: readonly number[], shape: readonly number[] = [values.length]): Constant => ({
  dtype: 'int32',
  shape,
  values,
});

/** Attributes as GraphDef's JSON has them. */
export const attribute = {
  ints: (values: readonly number[]) => ({ list: { i: values.map(String) } }),
  int: (value: number) => ({ i: String(value) }),
  float: (value: number) => ({ f: value }),
  bool: (value: boolean) => ({ b: value }),
  text: (value: string) => ({ s: btoa(value) }),
  texts: (values: readonly string[]) => ({ list: { s: values.map(value => btoa(value)) } }),
  type: (value: string) => ({ type: value }),
};

const types = { FP32: 'DT_FLOAT', INT32: 'DT_INT32', BOOL: 'DT_BOOL' } as const;

export function modelJson(graph: SmallGraph): Record<string, unknown> {
  const constants = Object.entries(graph.constants ?? {});
  const dim = (sizes: readonly number[]) => ({ dim: sizes.map(size => ({ size: String(size) })) });
  const node = [
    ...graph.inputs.map(({ name, datatype, shape }) => ({
      name,
      op: 'Placeholder',
      attr: { dtype: { type: types[datatype as keyof typeof types] }, shape: { shape: dim(shape) } },
    })),
    ...constants.map(([name, { dtype, shape }]) => ({
      name,
      op: 'Const',
      attr: {
        dtype: { type: { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL' }[dtype] },
        value: { tensor: { dtype: 'DT_FLOAT', tensorShape: dim(shape) } },
      },
    })),
    ...graph.nodes.map(({ op, name, inputs, attributes = {} }) => ({
      op,
      name,
      input: [...inputs],
      attr: attributes,
    })),
  ];
  return {
    format: 'graph-model',
    modelTopology: { node, versions: {} },
    weightsManifest: [
      {
        paths: ['shard.bin'],
        weights: constants.map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
      },
    ],
    signature: {
      inputs: Object.fromEntries(
        graph.inputs.map(({ name, shape }) => [name, { name: `${name}:0`, tensorShape: dim(shape) }]),
      ),
      outputs: Object.fromEntries(graph.outputs.map(name => [name, { name }])),
    },
  };
}

export function shardOf(graph: SmallGraph): Uint8Array<ArrayBuffer> {
  const parts = Object.values(graph.constants ?? {}).map(({ dtype, shape, values }) => {
    if (values.length !== elements(shape))
      throw new RangeError(`${values.length} values for [${shape.join(', ')}]`);
    const array =
      dtype === 'float32'
        ? Float32Array.from(values)
        : dtype === 'int32'
          ? Int32Array.from(values)
          : Uint8Array.from(values);
    return Buffer.from(array.buffer);
  });
  return new Uint8Array(Buffer.concat(parts));
}

export function filesOf(graph: SmallGraph): [ImportFile, ImportFile] {
  return [jsonFile(modelJson(graph)), { path: 'shard.bin', bytes: shardOf(graph) }];
}

export function jsonFile(json: unknown): ImportFile {
  return { path: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(json)) };
}
