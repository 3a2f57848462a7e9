import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { seededRandom } from '../../../src/core/data/random.ts';
import { Graph } from '../../../src/core/onnx/graph.ts';
import { castWeights } from '../../../src/core/passes/cast-weights.ts';
import { quantizeBlocks } from '../../../src/core/passes/quantize-blocks.ts';
import { quantizeWeights } from '../../../src/core/passes/quantize-weights.ts';
import { composeClassifier } from '../../../src/core/teach/compose-classifier.ts';
import { embeddingPoints } from '../../../src/core/teach/embedding-points.ts';
import { probabilitiesOf } from '../../../src/core/teach/head.ts';
import { makeEmbedder } from '../../../src/core/teach/make-embedder.ts';
import { farthest, makeRowEmbedder, rowEmbeddingWidth, waves } from '../../../src/core/teach/row-embedder.ts';
import { fitRows } from '../../../src/core/teach/row-fit.ts';
import { trainHead } from '../../../src/core/teach/train-head.ts';
import { seenBy, viewOf } from '../../../src/core/teach/vectors.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { adapt } from '../../../src/core/train/adapt.ts';
import { parametersOf } from '../../../src/core/train/parameters.ts';
import type { TrainRecipe } from '../../../src/core/train/recipe.ts';
import { inMemory } from '../../../src/core/train/samples.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';
import { goOn, nodeHost } from '../train/nets.ts';
import { far } from './heard.ts';

async function run(model: Bytes, rows: Float32Array<ArrayBuffer>, columns: number, output: string) {
  const session = await openNodeSession(model);
  const outputs = await session.run({ row: float32([rows.length / columns, columns], rows) });
  await session.dispose();
  return outputs[output]!.data as Float32Array<ArrayBuffer>;
}

/** Rows of columns in units of their own. */
function rowsOf(count: number, columns: number, seed: number): Float32Array<ArrayBuffer> {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count * columns }, (_, at) => {
    const unit = 10 ** ((at % columns) - 2);
    return unit * (3 + random.uniform() + random.uniform() - random.uniform());
  });
}

describe('the embedding of rows that is built in', () => {
  it('is the same file for the same fit, and small', async () => {
    const fit = fitRows(rowsOf(20, 4, 1), 4);
    const [one, other] = [await makeRowEmbedder(fit), await makeRowEmbedder(fit)];
    expect(one.digest).toBe(other.digest);
    expect(one.model.length).toBeLessThan(4 * 4 * waves + 2500);
    expect((await makeRowEmbedder(fitRows(rowsOf(20, 4, 2), 4))).digest).not.toBe(one.digest);
  });

  it('is what the formula says, by hand, to 1e-5', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 10_000 }),
        async (columns, count, seed) => {
          const rows = rowsOf(count, columns, seed);
          const fit = fitRows(rows, columns);
          const { model, width } = await makeRowEmbedder(fit);
          const got = await run(model, rows, columns, 'embedding');
          const matrix = wavesIn(model);
          const wanted = new Float64Array(count * width);
          for (let row = 0; row < count; row++) {
            const z = Array.from({ length: columns }, (_, c) => {
              const scaled = (rows[row * columns + c]! - fit.middle[c]!) * fit.factor[c]!;
              return Math.max(-farthest, Math.min(farthest, scaled));
            });
            wanted.set(z, row * width);
            for (let wave = 0; wave < waves; wave++) {
              const phase = z.reduce((sum, value, c) => sum + value * matrix[c * waves + wave]!, 0);
              wanted[row * width + columns + wave] = Math.cos(phase);
              wanted[row * width + columns + waves + wave] = Math.sin(phase);
            }
          }
          const worst = got.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0);
          expect(worst).toBeLessThan(1e-5);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('has waves whose phases have one deviation over rows like those, whatever the columns', async () => {
    for (const columns of [1, 4, 64]) {
      const matrix = wavesIn((await makeRowEmbedder(fitRows(new Float32Array(0), columns))).model);
      // Of z with deviation 1 in each column the phase's variance is the sum of the squares of its column of W.
      const square = matrix.reduce((sum, value) => sum + value * value, 0) / waves;
      expect(square).toBeGreaterThan(0.7 * phaseVariance);
      expect(square).toBeLessThan(1.3 * phaseVariance);
    }
  });

  it('keeps how large a row is, also where it is brought to length 1', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 0, max: 10_000 }),
        fc.double({ min: 1.8, max: 3, noNaN: true }),
        async (columns, seed, times) => {
          const random = seededRandom(seed);
          const ring = Float32Array.from({ length: 40 * columns }, () => random.uniform() - random.uniform());
          const fit = fitRows(ring, columns);
          const { model, width } = await makeRowEmbedder(fit);
          // A row a deviation from the middle in each column, and one further out in the same direction.
          const near = Float32Array.from(fit.middle, (middle, c) => middle + 1 / fit.factor[c]!);
          const out = Float32Array.from(fit.middle, (middle, c) => middle + times / fit.factor[c]!);
          const embedded = await run(model, Float32Array.of(...near, ...out, ...ring), columns, 'embedding');
          const seen = seenBy(viewOf(embedded.subarray(2 * width), width), embedded.subarray(0, 2 * width));
          const cosine = seen.subarray(0, width).reduce((sum, value, i) => sum + value * seen[width + i]!, 0);
          expect(cosine).toBeLessThan(0.95);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('gives a number for what lies further out than any', async () => {
    const fit = fitRows(rowsOf(20, 2, 3), 2);
    const { model } = await makeRowEmbedder(fit);
    const rows = Float32Array.of(3.4e38, -3.4e38, 0, 0);
    expect((await run(model, rows, 2, 'embedding')).every(Number.isFinite)).toBe(true);
  });
});

/** Cosines of what a wave passes over rows like those. */
const phaseVariance = 1;

/** As they lie in the file: W [columns, waves]. */
function wavesIn(model: Bytes): Float32Array {
  const { initializers, inputs } = Graph.read(model);
  const size = Math.fround(1 / Math.sqrt(inputs[0]!.shape[1]!));
  return (initializers.get('row.waves')!.data as Float32Array).map(value => value * size);
}

/** Two rings around one middle: no line parts them. */
function rings(count: number, seed: number) {
  const random = seededRandom(seed);
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  const rows = new Float32Array(2 * count);
  labels.forEach((label, i) => {
    const [angle, radius] = [2 * Math.PI * random.uniform(), 1 + 1.2 * label + 0.3 * random.uniform()];
    rows.set([100 + 20 * radius * Math.cos(angle), 0.5 + 0.01 * radius * Math.sin(angle)], 2 * i);
  });
  return { labels, rows };
}

async function taughtRings() {
  const shown = rings(120, 1);
  const embedder = await makeRowEmbedder(fitRows(shown.rows, 2));
  const embeddings = await run(embedder.model, shown.rows, 2, 'embedding');
  const { head } = await trainHead({
    width: embedder.width,
    classes: 2,
    embeddings,
    labels: shown.labels,
    recordings: [...shown.labels].map(() => 'table'),
  });
  return { embedder, head, model: composeClassifier(embedder, head), asked: rings(200, 2) };
}

function rightOf(probabilities: Float32Array, labels: Int32Array): number {
  return labels.filter((label, i) => probabilities[2 * i + label]! > 0.5).length;
}

describe('a classifier of rows', () => {
  it('is one file, and tells rings apart that no line does', async () => {
    const { embedder, head, model, asked } = await taughtRings();
    const answers = await run(model, asked.rows, 2, 'probabilities');
    const embedded = await run(embedder.model, asked.rows, 2, 'embedding');
    expect(far(answers, probabilitiesOf(head, embedded))).toBeLessThan(1e-5);
    expect(rightOf(answers, asked.labels)).toBeGreaterThan(190);
  });

  it('embeds with the same numbers when its weights are smaller: what embeds are none', async () => {
    const { embedder, model, asked } = await taughtRings();
    const embedded = await run(embedder.model, asked.rows, 2, 'embedding');
    const smaller = [
      castWeights,
      quantizeBlocks,
      (file: Bytes) => quantizeWeights(file, { perChannel: true }),
    ];
    for (const shrink of smaller) {
      expect(await run(shrink(embedder.model), asked.rows, 2, 'embedding')).toEqual(embedded);
    }
    const eighth = quantizeWeights(model, { perChannel: true });
    expect(rightOf(await run(eighth, asked.rows, 2, 'probabilities'), asked.labels)).toBeGreaterThan(190);
  });

  it('embeds for the next one too, whose rows are called alike', async () => {
    const { model, asked } = await taughtRings();
    const [point, ...others] = embeddingPoints(model, ['inner', 'outer']);
    expect(others).toEqual([]);
    expect(point!.width).toBe(rowEmbeddingWidth(2));
    const again = await makeEmbedder(model, point!, null, 'row');
    expect(await run(again.model, asked.rows, 2, 'embedding')).toHaveLength(200 * rowEmbeddingWidth(2));
  });

  it('can be taught further by the gradient engine, of which nothing but its head is trained', async () => {
    const { model, asked } = await taughtRings();
    const graph = trainableGraph(model);
    expect(parametersOf(graph).map(({ name }) => name)).toEqual(['head.weight', 'head.bias']);
    // The classes change places: what it knew says nothing of them.
    const wanted = asked.labels.map(label => 1 - label);
    const target = { datatype: 'INT32' as const, shape: [wanted.length], data: wanted };
    const inputs = { row: float32([wanted.length, 2], asked.rows) };
    const train = inMemory({ rows: wanted.length, inputs, target });
    const host = nodeHost();
    const job = { model: graph, output: 'probabilities', train, validation: null, recipe };
    const { weights } = await adapt(job, host, goOn, () => undefined);
    await host.dispose();
    for (const [name, tensor] of weights) graph.initializers.set(name, tensor);
    const answers = await run(graph.toBytes(), asked.rows, 2, 'probabilities');
    expect(rightOf(answers, wanted)).toBeGreaterThan(180);
  });
});

const recipe: TrainRecipe = {
  kind: 'train',
  engine: 'onnx',
  scope: 'head',
  loss: 'sparse-categorical-cross-entropy',
  optimizer: 'adam',
  learningRate: 0.1,
  epochs: 20,
  batchSize: 16,
  seed: 1,
  newSampleRepeats: 1,
};
