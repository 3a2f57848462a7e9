// A net as an ONNX file, as exporters write it: the model that our engine is given.
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { type Attributes, GraphBuilder } from '../../src/core/onnx/build.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { build, type Builder, type Net } from './net.ts';
import { attentionParts, weightsOf } from './weights.ts';

export const inputName = 'input';
export const outputName = 'probabilities';

export function onnxFile(net: Net): Bytes {
  const graph = new GraphBuilder(net.name);
  const isTokens = net.input.tokens !== undefined;
  graph.input(inputName, isTokens ? 'INT32' : 'FP32', ['batch', ...net.input.shape]);
  for (const { name, tensor, axes } of weightsOf(net)) {
    // One direction of a recurrent layer is an axis of its own.
    graph.initializer(name, axes === 'recurrent' ? { ...tensor, shape: [1, ...tensor.shape] } : tensor);
  }
  const logits = build(net.layers, new OnnxLayers(graph, net.labels).builder, inputName);
  const rows = net.labels === 'place' ? ['batch', ...net.input.shape] : ['batch'];
  return graph
    .node('Softmax', [logits], [outputName], { axis: { int: -1 } })
    .output(outputName, 'FP32', [...rows, net.classes])
    .build();
}

class OnnxLayers {
  readonly #graph: GraphBuilder;
  readonly #rows: Net['labels'];
  #count = 0;

  /** @param rows what a dense layer is given: a row a sample, or a row a place of each */
  constructor(graph: GraphBuilder, rows: Net['labels']) {
    this.#graph = graph;
    this.#rows = rows;
  }

  readonly builder: Builder<string> = {
    dense: (x, { name, image }) => {
      const flat = image ? this.#op('Flatten', [x]) : x;
      return this.#linear(flat, name);
    },
    conv: (x, { name, kernel, stride, bias }) =>
      this.#op(
        'Conv',
        [x, `${name}.weight`, ...(bias === 'bias' ? [`${name}.bias`] : [])],
        windows(kernel, stride),
      ),
    depthwise: (x, { name, channels, kernel, stride }) =>
      this.#op('Conv', [x, `${name}.weight`], { ...windows(kernel, stride), group: { int: channels } }),
    batchNorm: (x, { name }) =>
      this.#op('BatchNormalization', [
        x,
        ...['scale', 'bias', 'mean', 'variance'].map(part => `${name}.${part}`),
      ]),
    relu: x => this.#op('Relu', [x]),
    relu6: x => this.#op('Clip', [x, this.#number(0), this.#number(6)]),
    maxPool: x => this.#op('MaxPool', [x], { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } }),
    globalAveragePool: x => this.#op('Flatten', [this.#op('GlobalAveragePool', [x])]),
    add: (a, b) => this.#op('Add', [a, b]),
    embedding: (x, { name }) => {
      const rows = this.#op('Gather', [`${name}.tokens`, x]);
      return this.#op('Add', [rows, `${name}.places`]);
    },
    layerNorm: (x, { name }) => this.#op('LayerNormalization', [x, `${name}.scale`, `${name}.bias`]),
    attention: (x, { name, places, width, heads }) => {
      const size = width / heads;
      const split = this.#ints([-1, places, heads, size]);
      const [query, key, value] = attentionParts.slice(0, 3).map((part, i) => {
        const parted = this.#op('Reshape', [this.#linear(x, `${name}.${part}`), split]);
        return this.#op('Transpose', [parted], { perm: { ints: i === 1 ? [0, 2, 3, 1] : [0, 2, 1, 3] } });
      }) as [string, string, string];
      const scaled = this.#op('Mul', [this.#op('MatMul', [query, key]), this.#number(1 / Math.sqrt(size))]);
      const mixed = this.#op('MatMul', [this.#op('Softmax', [scaled], { axis: { int: -1 } }), value]);
      const joined = this.#op('Transpose', [mixed], { perm: { ints: [0, 2, 1, 3] } });
      return this.#linear(this.#op('Reshape', [joined, this.#ints([-1, places, width])]), `${name}.out`);
    },
    gru: (x, { name, hidden }) => {
      const stepsFirst = this.#op('Transpose', [x], { perm: { ints: [1, 0, 2] } });
      const weights = ['input', 'recurrent', 'bias'].map(part => `${name}.${part}`);
      const last = `last_${++this.#count}`;
      this.#graph.node('GRU', [stepsFirst, ...weights], ['', last], {
        hidden_size: { int: hidden },
        linear_before_reset: { int: 1 },
      });
      return this.#op('Squeeze', [last, this.#ints([0])]);
    },
  };

  /** x W + b */
  #linear(x: string, name: string): string {
    const [weight, bias] = [`${name}.weight`, `${name}.bias`];
    if (this.#rows === 'sample') return this.#op('Gemm', [x, weight, bias]);
    return this.#op('Add', [this.#op('MatMul', [x, weight]), bias]);
  }

  #op(type: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = `${type.toLowerCase()}_${++this.#count}`;
    this.#graph.node(type, inputs, [output], attributes);
    return output;
  }

  #number(value: number): string {
    return this.#constant({ datatype: 'FP32', shape: [], data: Float32Array.of(value) });
  }

  #ints(values: readonly number[]): string {
    return this.#constant({
      datatype: 'INT64',
      shape: [values.length],
      data: BigInt64Array.from(values, BigInt),
    });
  }

  #constant(tensor: Tensor): string {
    const name = `constant_${++this.#count}`;
    this.#graph.initializer(name, tensor);
    return name;
  }
}

function windows(kernel: number, stride: number): Attributes {
  const half = Math.floor(kernel / 2);
  return {
    kernel_shape: { ints: [kernel, kernel] },
    strides: { ints: [stride, stride] },
    pads: { ints: [half, half, half, half] },
  };
}
