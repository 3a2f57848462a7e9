// Layers from seeds, on top of the graph builder: what the networks of known results and of the benches are made of.
import type { Bytes } from '../../../../../src/core/artifact/digest.ts';
import { type Random, seededRandom } from '../../../../../src/core/data/random.ts';
import { type Attributes, type BuildShape, GraphBuilder } from '../../../../../src/core/onnx/build.ts';
import type { Datatype } from '../../../../../src/core/datatype.ts';
import { elements, float32 } from '../../../../../src/core/tensor.ts';

/** Weights are uniform within Glorot and Bengio's bound (AISTATS 2010, eq. 16), biases 0. */
export class NetBuilder {
  readonly #builder: GraphBuilder;
  readonly #random: Random;
  #count = 0;

  constructor(name: string, seed: number) {
    this.#builder = new GraphBuilder(name);
    this.#random = seededRandom(seed);
  }

  input(name: string, datatype: Datatype, shape: BuildShape): string {
    this.#builder.input(name, datatype, shape);
    return name;
  }

  /** The model file; `value` is its only output, under `name`. */
  finish(value: string, name: string, shape: BuildShape): Bytes {
    return this.#builder.node('Identity', [value], [name]).output(name, 'FP32', shape).build();
  }

  /** The name of the operator's first output. */
  op(type: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = `${type.toLowerCase()}_${++this.#count}`;
    this.#builder.node(type, inputs, [output], attributes);
    return output;
  }

  /** Uniform on −bound … bound. */
  drawn(name: string, shape: readonly number[], bound: number): string {
    const values = Array.from({ length: elements(shape) }, () => (2 * this.#random.uniform() - 1) * bound);
    this.#builder.initializer(name, float32(shape, values));
    return name;
  }

  filled(name: string, shape: readonly number[], value: number): string {
    this.#builder.initializer(name, float32(shape, new Float32Array(elements(shape)).fill(value)));
    return name;
  }

  /** INT64 [values.length]: shapes and axes. */
  ints(...values: number[]): string {
    const name = `ints_${++this.#count}`;
    const data = BigInt64Array.from(values, BigInt);
    this.#builder.initializer(name, { datatype: 'INT64', shape: [values.length], data });
    return name;
  }

  /** [batch, length] of tokens → [batch, length, width] */
  embedding(name: string, tokens: string, vocabulary: number, width: number): string {
    return this.op('Gather', [
      this.drawn(`${name}.weight`, [vocabulary, width], 1 / Math.sqrt(width)),
      tokens,
    ]);
  }

  /** [batch, …, inputs] → [batch, …, units] */
  dense(name: string, x: string, inputs: number, units: number): string {
    return this.op('Add', [this.projection(name, x, inputs, units), this.filled(`${name}.bias`, [units], 0)]);
  }

  /** A dense layer without bias. */
  projection(name: string, x: string, inputs: number, units: number): string {
    return this.op('MatMul', [
      x,
      this.drawn(`${name}.weight`, [inputs, units], Math.sqrt(6 / (inputs + units))),
    ]);
  }

  /** Over the last axis. */
  layerNorm(name: string, x: string, width: number): string {
    const scale = this.filled(`${name}.scale`, [width], 1);
    return this.op('LayerNormalization', [x, scale, this.filled(`${name}.bias`, [width], 0)]);
  }
}
