// Layers models as TensorFlow.js saves them, their weights random, and what it answers: the other side of every import test.
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Bytes } from '../../../../src/core/artifact/digest.ts';
import { seededRandom } from '../../../../src/core/data/random.ts';
import type { ImportFile } from '../../../../src/core/import/imported.ts';
import { openNodeSession } from '../../../../server/inference/session.ts';
import { float32, type Tensor } from '../../../../src/core/tensor.ts';

export function random(count: number, seed: number, scale = 1): Float32Array<ArrayBuffer> {
  const source = seededRandom(seed);
  return Float32Array.from({ length: count }, () => (source.uniform() * 2 - 1) * scale);
}

/** Weights of the size that keeps a deep model's values where they are; a variance is positive. */
export function randomize(model: LayersModel): void {
  model.weights.forEach((variable, i) => {
    const shape = variable.shape as number[];
    const fanIn = Math.max(
      1,
      shape.slice(0, -1).reduce((a, b) => a * b, 1),
    );
    const scale = shape.length > 1 ? Math.sqrt(3 / fanIn) : 0.3;
    tf.tidy(() => {
      const value = tf.tensor(random(tf.util.sizeFromShape(shape), i + 1, scale), shape);
      const { originalName: name } = variable;
      if (name.endsWith('variance') || name.endsWith('gamma')) variable.write(tf.add(tf.abs(value), 0.5));
      else variable.write(value);
    });
  });
}

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** The weights in shards of this many bytes. */
export async function saved(model: LayersModel, shardBytes = 2 ** 20): Promise<ImportFile[]> {
  const files: ImportFile[] = [];
  const handler = tf.io.withSaveHandler(artifacts => {
    const weights = new Uint8Array(artifacts.weightData as ArrayBuffer);
    const paths: string[] = [];
    for (let at = 0; at < weights.length; at += shardBytes) {
      paths.push(`group1-shard${paths.length + 1}.bin`);
      files.push({ path: paths.at(-1)!, bytes: weights.slice(at, at + shardBytes) });
    }
    const { modelTopology, weightSpecs, format } = artifacts;
    const weightsManifest = [{ paths, weights: weightSpecs }];
    files.unshift({ path: 'model.json', bytes: encode({ format, modelTopology, weightsManifest }) });
    const saved = { dateSaved: new Date(0), modelTopologyType: 'JSON' as const };
    return Promise.resolve({ modelArtifactsInfo: saved });
  });
  await model.save(handler);
  return files;
}

/** What TensorFlow.js answers, one tensor an output. */
export function answersOf(model: LayersModel, inputs: readonly Tensor[]): Tensor[] {
  const outputs = tf.tidy(() => {
    const tensors = inputs.map(({ data, shape }) => tf.tensor(data as Float32Array, [...shape]));
    const made = model.predict(tensors.length === 1 ? tensors[0]! : tensors);
    return Array.isArray(made) ? made : [made];
  });
  const answers = outputs.map(output => float32(output.shape, Float32Array.from(output.dataSync())));
  tf.dispose(outputs);
  return answers;
}

/** What ONNX Runtime answers, in the order of the outputs. */
export async function ranOnnx(file: Bytes, inputs: readonly Tensor[]): Promise<Tensor[]> {
  const session = await openNodeSession(file);
  try {
    const feeds = Object.fromEntries(session.inputs.map(({ name }, i) => [name, inputs[i]!]));
    const outputs = await session.run(feeds);
    return session.outputs.map(({ name }) => outputs[name]!);
  } finally {
    await session.dispose();
  }
}

/** The largest difference as a share of the largest value. */
export function difference(got: Tensor, wanted: Tensor): number {
  let largest = 0;
  let apart = 0;
  (wanted.data as Float32Array).forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value));
    apart = Math.max(apart, Math.abs(value - Number(got.data[i])));
  });
  return apart / largest;
}
