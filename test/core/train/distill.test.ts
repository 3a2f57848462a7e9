import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import type { OpenSession } from '../../../src/core/runtime/session.ts';
import { memoryStepHost } from '../../../src/core/runtime/step-host.ts';
import { adapt } from '../../../src/core/train/adapt.ts';
import { fit } from '../../../src/core/train/fit.ts';
import { type TrainRecipe, trainRecipeSchema } from '../../../src/core/train/recipe.ts';
import { inMemory, type Samples } from '../../../src/core/train/samples.ts';
import { clouds, goOn, job, network, nodeHost } from './nets.ts';

const known = clouds(90);
const model = network('mlp:8', known, 3);
const parent = await fit(job(model, known, { epochs: 30 }), nodeHost(), goOn, () => undefined);
const taught = model.copy();
for (const [name, tensor] of parent.weights) taught.initializers.set(name, tensor);

/** The same points, every label wrong. */
const contrary: Samples = {
  ...known,
  target: {
    datatype: 'INT32',
    shape: [known.rows],
    data: Int32Array.from(known.target.data as Int32Array, label => (label + 1) % 3),
  },
};

async function hits(weights: ReadonlyMap<string, unknown>, samples: Samples): Promise<number> {
  const graph = taught.copy();
  for (const [name, tensor] of weights) graph.initializers.set(name, tensor as never);
  const session = await openNodeSession(graph.toBytes());
  const results = await session.run(samples.inputs);
  await session.dispose();
  const probabilities = results['probabilities']!.data as Float32Array;
  let right = 0;
  for (let row = 0; row < samples.rows; row++) {
    const own = Array.from(probabilities.subarray(row * 3, row * 3 + 3));
    if (own.indexOf(Math.max(...own)) === Number(samples.target.data[row])) right++;
  }
  return right;
}

const recipe: TrainRecipe = {
  kind: 'train',
  engine: 'onnx',
  scope: 'all',
  loss: 'sparse-categorical-cross-entropy',
  optimizer: 'adam',
  learningRate: 0.02,
  epochs: 30,
  batchSize: 30,
  seed: 3,
  newSampleRepeats: 1,
};

async function learn(
  changes: Partial<TrainRecipe>,
  samples = contrary,
): Promise<ReadonlyMap<string, unknown>> {
  const adapted = await adapt(
    {
      model: taught,
      output: 'probabilities',
      train: inMemory(samples),
      validation: null,
      recipe: trainRecipeSchema.parse({ ...recipe, ...changes }),
    },
    nodeHost(),
    goOn,
    () => undefined,
  );
  return adapted.weights;
}

describe('a model that is distilled while it learns', () => {
  it('stays with what it knew where only the teacher counts, and leaves it where only the labels do', async () => {
    const before = await hits(new Map(), known);
    expect(before).toBeGreaterThan(70);
    const held = await learn({ distillation: { weight: 1, temperature: 2 } });
    expect(await hits(held, known)).toBe(before);
    const free = await learn({});
    expect(await hits(free, known)).toBeLessThan(30);
  });

  it('takes the weight 0 for no distillation at all', async () => {
    const bytes = (weights: ReadonlyMap<string, unknown>) => JSON.stringify([...weights]);
    expect(bytes(await learn({ distillation: { weight: 0, temperature: 2 } }))).toBe(bytes(await learn({})));
  });

  it('forgets less of what it is not shown', async () => {
    // Of the three clouds it sees one, with the label of another.
    const rows = Array.from({ length: known.rows }, (_, row) => row).filter(row => row % 3 === 0);
    const few: Samples = {
      rows: rows.length,
      inputs: {
        features: {
          datatype: 'FP32',
          shape: [rows.length, 2],
          data: Float32Array.from(
            rows.flatMap(row => [
              ...(known.inputs['features']!.data as Float32Array).subarray(row * 2, row * 2 + 2),
            ]),
          ),
        },
      },
      target: { datatype: 'INT32', shape: [rows.length], data: new Int32Array(rows.length).fill(1) },
    };
    const held = await learn({ distillation: { weight: 0.8, temperature: 2 } }, few);
    const free = await learn({}, few);
    expect(await hits(held, known)).toBeGreaterThan(await hits(free, known));
  });

  it('takes the same step from one batch as from three whose gradients are added up', async () => {
    const distillation = { weight: 0.5, temperature: 2 };
    const whole = await learn({ epochs: 2, batchSize: 90, distillation });
    const added = await learn({ epochs: 2, batchSize: 30, distillation, options: { accumulate: 3 } });
    for (const [name, tensor] of whole) {
      const other = (added.get(name) as { data: Float32Array }).data;
      (tensor as { data: Float32Array }).data.forEach((value, i) => expect(other[i]).toBeCloseTo(value, 4));
    }
  });

  it('is held by every scope: the frozen beginning is run once, for teacher and student together', async () => {
    for (const scope of ['head', 'biases', 'lora'] as const) {
      const held = await learn({ scope, distillation: { weight: 1, temperature: 2 } });
      expect(await hits(held, known)).toBeGreaterThan(70);
    }
    let prefixRuns = 0;
    const counting: OpenSession = async file => {
      const session = await openNodeSession(file);
      const reads = session.inputs.map(({ name }) => name);
      const isPrefix = reads.length === 1 && reads[0] === 'features';
      return {
        ...session,
        run: feeds => {
          if (isPrefix) prefixRuns++;
          return session.run(feeds);
        },
        dispose: () => session.dispose(),
      };
    };
    await adapt(
      {
        model: taught,
        output: 'probabilities',
        train: inMemory(known),
        validation: null,
        recipe: { ...recipe, scope: 'head', distillation: { weight: 0.5, temperature: 2 } },
      },
      memoryStepHost('cpu', counting),
      goOn,
      () => undefined,
    );
    expect(prefixRuns).toBe(known.rows / recipe.batchSize);
  });

  it('ends with the same weights for the same seed', async () => {
    const distillation = { weight: 0.5, temperature: 2 };
    const [first, second] = [await learn({ distillation }), await learn({ distillation })];
    expect(JSON.stringify([...first])).toBe(JSON.stringify([...second]));
  });
});
