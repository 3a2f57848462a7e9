// A small job that any engine can learn: two blobs, and a chain with what is easily got wrong in it.
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { seededRandom } from '../../src/core/data/random.ts';
import type { LabelledRows, TrainControl, TrainJob } from '../../src/core/train/engine.ts';
import type { TrainRecipe } from '../../src/core/train/recipe.ts';
import { toOnnx } from '../../src/tfjs/to-onnx.ts';

export const freeRunning: TrainControl = { checkpoint: () => Promise.resolve() };

export const recipe: TrainRecipe = {
  kind: 'train',
  engine: 'tfjs',
  scope: 'all',
  loss: 'sparse-categorical-cross-entropy',
  optimizer: 'adam',
  learningRate: 0.02,
  epochs: 8,
  batchSize: 16,
  seed: 42,
  newSampleRepeats: 1,
};

/** Images of 4×4 pixels, dark on the left or on the right, in steps of 0 to 16. */
export function blobs(rows: number, seed: number): LabelledRows {
  const random = seededRandom(seed);
  const labels = Int32Array.from({ length: rows }, () => random.integer(2));
  const features = Float32Array.from({ length: rows * 16 }, (_, i) => {
    const isRight = i % 4 >= 2;
    const dark = labels[Math.floor(i / 16)] === 1 ? isRight : !isRight;
    return Math.floor(random.uniform() * 10 + (dark ? 6 : 0));
  });
  return { features, labels, rows };
}

/** Trains on whatever backend is set; the parent is made on it too. */
export async function blobJob(changes: Partial<TrainRecipe> = {}): Promise<TrainJob> {
  const model = sequential({
    layers: [
      layers.conv2d({
        inputShape: [4, 4, 1],
        filters: 4,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        name: 'conv',
        // Normalization takes a bias out again: its gradient is rounding alone, which Adam would blow up.
        useBias: false,
        kernelInitializer: initializers.glorotUniform({ seed: 1 }),
      }),
      layers.batchNormalization({ name: 'norm', momentum: 0.5 }),
      layers.maxPooling2d({ poolSize: 2, name: 'pool' }),
      layers.flatten({ name: 'flat' }),
      layers.dropout({ rate: 0.2, name: 'drop' }),
      layers.dense({
        units: 2,
        activation: 'softmax',
        name: 'answer',
        kernelInitializer: initializers.glorotUniform({ seed: 2 }),
      }),
    ],
  });
  const { file, topology } = await toOnnx(model, {
    name: 'blobs',
    inputName: 'image',
    outputName: 'probabilities',
    preprocessing: [{ op: 'divide', by: 16 }],
    head: ['answer'],
  });
  model.dispose();
  return {
    topology,
    model: file,
    classes: 2,
    train: blobs(100, 1),
    validation: blobs(40, 2),
    recipe: { ...recipe, ...changes },
  };
}
