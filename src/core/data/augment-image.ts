// An image, changed a little at random, as another photograph or drawing of the same thing would be. Knows no graph.
import type { Random } from './random.ts';

/** What is absent does not happen. */
export interface ImageChanges {
  /** In pixels: each way by up to this much, along both axes. */
  readonly shift?: number | undefined;
  /** By a factor of 1 − this to 1 + this. */
  readonly scale?: number | undefined;
  /** In degrees: either way by up to this much. */
  readonly rotate?: number | undefined;
  /** Left to right, every second time. */
  readonly flip?: boolean | undefined;
  /** By a factor of 1 − this to 1 + this, about the image's mean. */
  readonly contrast?: number | undefined;
  /** Added, up to this share of the image's range either way. */
  readonly brightness?: number | undefined;
  /** Each channel by a factor of its own, 1 − this to 1 + this, about the image's lowest number: another light. */
  readonly colour?: number | undefined;
  /** Standard deviation of what is added to each number, as a share of the image's range. */
  readonly noise?: number | undefined;
}

export interface ImageShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Of one sample in memory. */
  readonly layout: 'NCHW' | 'NHWC';
}

/** Distances in memory between neighbours along each axis. */
interface Strides {
  readonly channel: number;
  readonly row: number;
  readonly column: number;
}

/** [width · height · channels] of its own; `image` is only read. */
export function changedImage(
  image: Float32Array,
  shape: ImageShape,
  changes: ImageChanges,
  random: Random,
): Float32Array<ArrayBuffer> {
  const map = drawMap(changes, random);
  const moved = map ? resampled(image, shape, map) : Float32Array.from(image);
  changeTones(moved, shape, changes, random);
  return moved;
}

/** From a pixel of the result, counted from the middle, to the place in the image that it shows. */
interface AffineMap {
  readonly matrix: readonly [number, number, number, number];
  readonly dx: number;
  readonly dy: number;
}

/** Null: every pixel stays where it is. The numbers drawn depend on which changes there are, not on how large. */
function drawMap({ shift = 0, scale = 0, rotate = 0, flip }: ImageChanges, random: Random): AffineMap | null {
  if (shift === 0 && scale === 0 && rotate === 0 && !flip) return null;
  const dx = between(random, shift);
  const dy = between(random, shift);
  const factor = 1 + between(random, scale);
  const angle = (between(random, rotate) * Math.PI) / 180;
  const side = flip && random.uniform() < 0.5 ? -1 : 1;
  // The inverse of: mirror, turn, enlarge, shift.
  const [cos, sin] = [Math.cos(angle) / factor, Math.sin(angle) / factor];
  return { matrix: [side * cos, side * sin, -sin, cos], dx, dy };
}

// v(x, y) = Σ v(xᵢ, yⱼ) · (1 − |x − xᵢ|) (1 − |y − yⱼ|) over the four pixels around (bilinear)
function resampled(
  image: Float32Array,
  shape: ImageShape,
  { matrix: [a, b, c, d], dx, dy }: AffineMap,
): Float32Array<ArrayBuffer> {
  const { channels, height, width } = shape;
  const strides = stridesOf(shape);
  const result = new Float32Array(image.length);
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  for (let channel = 0; channel < channels; channel++) {
    const start = channel * strides.channel;
    const outside = borderTone(image, start, shape, strides);
    const at = (x: number, y: number) =>
      x < 0 || y < 0 || x >= width || y >= height
        ? outside
        : image[start + y * strides.row + x * strides.column]!;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const [u, v] = [column - middleX - dx, row - middleY - dy];
        const [x, y] = [a * u + b * v + middleX, c * u + d * v + middleY];
        result[start + row * strides.row + column * strides.column] = bilinear(at, x, y);
      }
    }
  }
  return result;
}

function bilinear(at: (x: number, y: number) => number, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - left, y - top];
  const upper = at(left, top) * (1 - fx) + at(left + 1, top) * fx;
  const lower = at(left, top + 1) * (1 - fx) + at(left + 1, top + 1) * fx;
  return upper * (1 - fy) + lower * fy;
}

/** What is taken to lie around the image: the median of its border, which for a drawing is the paper. */
function borderTone(image: Float32Array, start: number, shape: ImageShape, strides: Strides): number {
  const { height, width } = shape;
  const border: number[] = [];
  for (let row = 0; row < height; row++) {
    const step = row === 0 || row === height - 1 ? 1 : Math.max(1, width - 1);
    for (let column = 0; column < width; column += step) {
      border.push(image[start + row * strides.row + column * strides.column]!);
    }
  }
  return border.sort((a, b) => a - b)[border.length >> 1]!;
}

function stridesOf({ channels, height, width, layout }: ImageShape): Strides {
  return layout === 'NCHW'
    ? { channel: height * width, row: width, column: 1 }
    : { channel: 1, row: width * channels, column: channels };
}

/** In place. Stays within the range that the image had. */
function changeTones(
  image: Float32Array,
  shape: ImageShape,
  { contrast = 0, brightness = 0, colour = 0, noise = 0 }: ImageChanges,
  random: Random,
): void {
  if (contrast === 0 && brightness === 0 && colour === 0 && noise === 0) return;
  let [low, high, sum] = [Infinity, -Infinity, 0];
  for (const value of image) {
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value;
  }
  const range = high - low;
  const mean = sum / image.length;
  const factor = 1 + between(random, contrast);
  const added = between(random, brightness) * range;
  const lights = colour === 0 ? null : Array.from({ length: shape.channels }, () => 1 + between(random, colour));
  const { channel: stride } = stridesOf(shape);
  image.forEach((value, i) => {
    const light = lights ? lights[Math.floor(i / stride) % shape.channels]! : 1;
    const lit = low + (value - low) * light;
    const toned = mean + (lit - mean) * factor + added;
    const noisy = noise === 0 ? toned : toned + noise * range * normal(random);
    image[i] = Math.min(high, Math.max(low, noisy));
  });
}

/** Uniform on [−most, most). */
function between(random: Random, most: number): number {
  return (2 * random.uniform() - 1) * most;
}

/** Standard normal (Box and Muller 1958). */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
  return radius * Math.cos(2 * Math.PI * random.uniform());
}
