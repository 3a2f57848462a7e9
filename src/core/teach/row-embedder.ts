// An embedding of a row of numbers without any model: its columns, each less its middle and over its deviation, and random
// Fourier features of those, so that a head on them tells also what no straight line parts.
import { sha256 } from '../artifact/digest.ts';
import { seededRandom } from '../data/random.ts';
import { Graph } from '../onnx/graph.ts';
import { int64 } from '../onnx/infer/known.ts';
import { float32 } from '../tensor.ts';
import type { Embedder } from './embedder.ts';
import { embeddingOutput } from './make-embedder.ts';
import type { RowFit } from './row-fit.ts';
import { rowInput } from './row-input.ts';
import { StageWriter } from './stage-writer.ts';

/** Waves; each gives a cosine and a sine. Measured, as their reach is (docs/teaching-by-showing.md, Rows of numbers). */
export const waves = 128;
/** Of a wave's phase over rows that were learnt from: its deviation, in radians. */
const spread = 1;
const seed = 1;
/** In deviations: whatever lies further out is out as far. A wave of a number without bound would be noise, or none. */
export const farthest = 100;

/** @param columns of the rows */
export function rowEmbeddingWidth(columns: number): number {
  return columns + 2 * waves;
}

/**
 * z = clip((x − middle) · factor), then z, cos(z W) and sin(z W), W = waves / √columns: the inner products of the waves come to a kernel that falls
 * with the distance of two rows (A. Rahimi and B. Recht, "Random Features for Large-Scale Kernel Machines", NIPS 2007, algorithm 1;
 * cosines and sines of one phase instead of shifted cosines: D. Sutherland and J. Schneider, UAI 2015, section 3). Waves have one
 * length together, so that how large z is stays in their phases where an embedding is brought to length 1 (`seenBy`). The same
 * bytes wherever it is made of the same fit.
 */
export async function makeRowEmbedder(fit: RowFit): Promise<Embedder> {
  const columns = fit.middle.length;
  const width = rowEmbeddingWidth(columns);
  const graph = new Graph();
  graph.name = 'embedder';
  graph.inputs = [{ name: rowInput, datatype: 'FP32', shape: [-1, columns] }];
  graph.claim(rowInput);
  graph.claim(embeddingOutput);
  const writer = new StageWriter(graph, rowInput);
  // Constants have one dimension: what makes weights smaller, and what trains them, leaves such alone.
  const vector = (stem: string, values: Float32Array<ArrayBuffer>) =>
    writer.constant(stem, float32([values.length], values));
  const off = writer.op('Sub', [rowInput, vector('middle', fit.middle)]);
  const scaled = writer.op('Mul', [off, vector('factor', fit.factor)]);
  const z = writer.op('Clip', [scaled, writer.number('least', -farthest), writer.number('most', farthest)]);
  // Of unit length in the file: what is multiplied before it is used is no weight of a layer.
  const reach = writer.number('reach', spread / Math.sqrt(columns));
  const matrix = writer.op('Reshape', [
    writer.op('Mul', [vector('waves', frequencies(columns)), reach]),
    writer.constant('shape', int64([columns, waves])),
  ]);
  const phases = writer.op('MatMul', [z, matrix]);
  const parts = [z, writer.op('Cos', [phases]), writer.op('Sin', [phases])];
  graph.add('Concat', parts, [embeddingOutput], { attributes: { axis: { int: 1 } } });
  graph.outputs = [{ name: embeddingOutput, datatype: 'FP32', shape: [-1, width] }];
  const model = graph.toBytes();
  return { model, width, digest: await sha256(model) };
}

/** Uniform numbers whose sum is nearly normal; their variance is one. */
const summands = 12;

/**
 * [columns, waves], row-major, each of deviation 1. Sums of uniform numbers and not Box and Muller's: sums are exact, and
 * logarithms are not the same in every engine.
 */
function frequencies(columns: number): Float32Array<ArrayBuffer> {
  const random = seededRandom(seed);
  return Float32Array.from({ length: columns * waves }, () => {
    let sum = -summands / 2;
    for (let i = 0; i < summands; i++) sum += random.uniform();
    return sum;
  });
}
