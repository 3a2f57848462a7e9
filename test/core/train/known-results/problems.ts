// Problems whose answers are known, drawn from seeds: rows to learn from, and rows to be judged on.
import { type Random, seededRandom } from '../../../../src/core/data/random.ts';
import { float32, type Tensor } from '../../../../src/core/tensor.ts';
import { inMemory, type SampleSource } from '../../../../src/core/train/samples.ts';

/** What the loss passes over. */
const ignored = -1;

// Two half circles of radius 1, the second turned over and moved by (1, 0.5); scikit-learn's `make_moons`.
export function twoMoons(rows: number, noise: number, seed: number): SampleSource {
  const random = seededRandom(seed);
  const points = Array.from({ length: rows }, (_, row) => {
    const angle = Math.PI * random.uniform();
    const [x, y] =
      row % 2 === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
    return [x + noise * normal(random), y + noise * normal(random)];
  });
  return inMemory({
    rows,
    inputs: { features: float32([rows, 2], points.flat()) },
    target: int32(
      [rows],
      points.map((_, row) => row % 2),
    ),
  });
}

// Box and Muller 1958
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

/** Tokens 1 to `symbols`, `length` of them. */
interface SequenceOptions {
  readonly rows: number;
  readonly symbols: number;
  readonly length: number;
  readonly seed: number;
}

/**
 * The copy task (Arjovsky et al. 2016, arXiv 1511.06464, without the wait): a sequence is read, then, while only 0 comes,
 * told again from its start. What is said while reading does not count.
 */
export function copied({ rows, symbols, length, seed }: SequenceOptions): SampleSource {
  return sequences({ rows, symbols, length, seed }, tokens => ({
    input: [...tokens, ...tokens.map(() => 0)],
    target: [...tokens.map(() => ignored), ...tokens],
  }));
}

/** Told backwards, all positions at once. */
export function reversed(options: SequenceOptions): SampleSource {
  return sequences(options, tokens => ({ input: tokens, target: tokens.toReversed() }));
}

function sequences(
  { rows, symbols, length, seed }: SequenceOptions,
  taskOf: (tokens: number[]) => { readonly input: number[]; readonly target: number[] },
): SampleSource {
  const random = seededRandom(seed);
  const all = Array.from({ length: rows }, () =>
    taskOf(Array.from({ length }, () => 1 + random.integer(symbols))),
  );
  const tensorOf = (lists: number[][]) => int32([rows, lists[0]!.length], lists.flat());
  return inMemory({
    rows,
    inputs: { tokens: tensorOf(all.map(({ input }) => input)) },
    target: tensorOf(all.map(({ target }) => target)),
  });
}

function int32(shape: number[], values: readonly number[]): Tensor {
  return { datatype: 'INT32', shape, data: Int32Array.from(values) };
}
