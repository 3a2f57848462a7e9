// The problems with the networks and recipes that solve them: what tests hold to and the docs tell of.
import { seededRandom } from '../../../../src/core/data/random.ts';
import { newModel } from '../../../../src/core/train/new-model.ts';
import { digitsLesson } from './digits.ts';
import { type Lesson, recipeOf } from './learn.ts';
import { gruNet } from './nets/recurrent.ts';
import { transformerEncoder } from './nets/transformer-encoder.ts';
import { copied, reversed, twoMoons } from './problems.ts';

export interface KnownResult {
  readonly task: string;
  readonly net: string;
  /** Of the held-out labels, at least this share is right. */
  readonly accuracy: number;
  /** @param seed of the first weights and of the order of the rows; the rows themselves are the same */
  readonly lesson: (seed: number) => Lesson;
}

const trainSeed = 1001;
const heldSeed = 1002;

export const knownResults: readonly KnownResult[] = [
  { task: 'two moons', net: 'MLP 2-16-16-2', accuracy: 0.98, lesson: moonsLesson },
  { task: 'digits', net: 'CNN 16-32-64-10', accuracy: 0.98, lesson: digitsLesson },
  { task: 'copy 8 of 4 symbols', net: 'GRU of 64', accuracy: 0.99, lesson: copyLesson },
  { task: 'reverse 16 of 10 symbols', net: 'transformer encoder', accuracy: 0.99, lesson: reverseLesson },
];

function moonsLesson(seed: number): Lesson {
  const noise = 0.1;
  return {
    file: newModel(
      { kind: 'mlp', hidden: [16, 16] },
      // The moons lie about as far from 0 as these do.
      { values: Float32Array.of(-1, -1, 1, 1), columns: 2, target: { classes: 2 } },
      seededRandom(seed),
    ),
    output: 'probabilities',
    train: twoMoons(500, noise, trainSeed),
    held: twoMoons(1000, noise, heldSeed),
    recipe: recipeOf({ learningRate: 0.02, epochs: 20, seed }),
  };
}

function copyLesson(seed: number): Lesson {
  const task = { symbols: 4, length: 8 };
  return {
    file: gruNet({ vocabulary: 1 + task.symbols, length: 2 * task.length, width: 16, hidden: 64, seed }),
    output: 'logits',
    train: copied({ ...task, rows: 2048, seed: trainSeed }),
    held: copied({ ...task, rows: 256, seed: heldSeed }),
    recipe: recipeOf({
      learningRate: 0.006,
      epochs: 24,
      schedule: { kind: 'one-cycle' },
      options: { clipNorm: 1 },
      seed,
    }),
  };
}

function reverseLesson(seed: number): Lesson {
  const task = { symbols: 10, length: 16 };
  const vocabulary = 1 + task.symbols;
  return {
    file: transformerEncoder({ vocabulary, length: task.length, width: 32, heads: 2, layers: 2, seed }),
    output: 'logits',
    train: reversed({ ...task, rows: 2048, seed: trainSeed }),
    held: reversed({ ...task, rows: 256, seed: heldSeed }),
    recipe: recipeOf({ learningRate: 0.005, epochs: 8, schedule: { kind: 'one-cycle' }, seed }),
  };
}
