// Handwritten digits of 8 × 8 cells (Alpaydin and Kaynak 1998, doi:10.24432/C50P49): four fifths of 1,797 to learn from, the
// rest to be judged on, a CNN of 16 and 32 filters from scratch.
import csv from '../../../../demo/data/digits.csv?raw';
import { seededRandom } from '../../../../src/core/data/random.ts';
import { rowKey, stratifiedSplit } from '../../../../src/core/data/split.ts';
import { numbersOf, parseTable } from '../../../../src/core/data/table.ts';
import { float32 } from '../../../../src/core/tensor.ts';
import { newModel } from '../../../../src/core/train/new-model.ts';
import { inMemory, type SampleSource } from '../../../../src/core/train/samples.ts';
import { type Lesson, recipeOf } from './learn.ts';

const side = 8;
const cells = side * side;
const classes = 10;
/** The same for every seed, so that spread is that of training. */
const split = { test: 0.2, seed: 42 };

/** @param seed of the first weights and of the order of the rows */
export function digitsLesson(seed: number): Lesson {
  const { train, held } = readDigits();
  const values = train.flatMap(({ pixels }) => [...pixels]);
  return {
    file: newModel(
      { kind: 'cnn', filters: [16, 32] },
      { values: Float32Array.from(values), columns: cells, target: { classes } },
      seededRandom(seed),
    ),
    output: 'probabilities',
    train: sourceOf(train),
    held: sourceOf(held),
    recipe: recipeOf({
      learningRate: 0.003,
      epochs: 16,
      schedule: { kind: 'one-cycle' },
      optimizer: 'adamw',
      options: { weightDecay: 0.3 },
      labelSmoothing: 0.1,
      seed,
    }),
  };
}

export interface Digit {
  /** 8 × 8, of 0 to 16. */
  readonly pixels: Float32Array;
  readonly label: string;
}

export function readDigits(): { readonly train: Digit[]; readonly held: Digit[] } {
  const table = parseTable(csv);
  const numbers = numbersOf(table, table.columns.slice(0, cells));
  const all = table.rows.map((row, i) => ({
    pixels: numbers.subarray(i * cells, (i + 1) * cells),
    label: row[cells]!,
  }));
  const parts = stratifiedSplit(
    all.map(({ pixels }) => rowKey(pixels)),
    all.map(({ label }) => label),
    split,
  );
  return {
    train: all.filter((_, i) => parts[i] === 'train'),
    held: all.filter((_, i) => parts[i] === 'test'),
  };
}

function sourceOf(digits: readonly Digit[]): SampleSource {
  const rows = digits.length;
  const values = new Float32Array(rows * cells);
  digits.forEach(({ pixels }, row) => values.set(pixels, row * cells));
  const labels = Int32Array.from(digits, ({ label }) => Number(label));
  return inMemory({
    rows,
    inputs: { image: float32([rows, 1, side, side], values) },
    target: { datatype: 'INT32', shape: [rows], data: labels },
  });
}
