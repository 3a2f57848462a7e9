// Photos made of formulas, and what a preparation makes of them, computed plainly beside the graph.
import type { PhotoPreparation } from '../../../src/core/teach/embedder.ts';
import type { Tensor } from '../../../src/core/tensor.ts';

/** Waves and a slope in each colour: neither flat nor noise. [n, height, width, 3] */
export function wavyPhotos(count: number, height: number, width: number): Tensor & { data: Uint8Array } {
  const data = new Uint8Array(count * height * width * 3);
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < 3; c++) {
          const wave = Math.sin((x * (c + 1)) / 7 + i) * Math.cos(y / (5 + c)) * 60;
          data[at++] = Math.round(128 + wave + (60 * x) / width - (40 * y) / height);
        }
      }
    }
  }
  return { datatype: 'UINT8', shape: [count, height, width, 3], data };
}

/** Of one photo, [height, width, 3]: what a model with that preparation is fed, in its layout. */
export function prepared(photo: Uint8Array, height: number, width: number, to: PhotoPreparation): number[] {
  const most = Math.min(height, width);
  const block = Math.max(1, Math.floor(most / Math.max(to.height, to.width)));
  const blocks = Math.floor(most / block);
  const side = block * blocks;
  const [top, left] = [Math.floor((height - side) / 2), Math.floor((width - side) / 2)];
  const [rows, columns] = [tent(blocks, to.height), tent(blocks, to.width)];
  const mean = (row: number, column: number, channel: number): number => {
    let sum = 0;
    for (let y = top + row * block; y < top + (row + 1) * block; y++) {
      for (let x = left + column * block; x < left + (column + 1) * block; x++) {
        sum += photo[(y * width + x) * 3 + channel]!;
      }
    }
    return sum / block ** 2;
  };
  const values = new Map<string, number>();
  const luma = [0.299, 0.587, 0.114];
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      const colours = [0, 1, 2].map(channel => {
        let sum = 0;
        for (const [row, a] of rows[y]!) {
          for (const [column, b] of columns[x]!) {
            sum += a * b * mean(row, column, channel);
          }
        }
        return sum;
      });
      const seen =
        to.channels === 3
          ? colours
          : [colours.reduce((sum, each, channel) => sum + each * luma[channel]!, 0)];
      seen.forEach((byte, channel) => {
        values.set(`${channel} ${y} ${x}`, (byte / 255 - to.mean[channel]!) / to.deviation[channel]!);
      });
    }
  }
  const axes = { c: to.channels, y: to.height, x: to.width };
  const order = to.layout === 'NCHW' ? (['c', 'y', 'x'] as const) : (['y', 'x', 'c'] as const);
  const result: number[] = [];
  const [outer, middle, inner] = order;
  for (let i = 0; i < axes[outer]; i++) {
    for (let j = 0; j < axes[middle]; j++) {
      for (let k = 0; k < axes[inner]; k++) {
        const at = { [outer]: i, [middle]: j, [inner]: k } as Record<'c' | 'y' | 'x', number>;
        result.push(values.get(`${at.c} ${at.y} ${at.x}`)!);
      }
    }
  }
  return result;
}

/**
 * Weights of the old pixels in each new one: linear, and over all that go into one where it gets smaller (Pillow's
 * BILINEAR). Neighbours outside are left out, the others share their weight.
 */
function tent(from: number, to: number): [number, number][][] {
  const scale = from / to;
  const reach = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale - 0.5;
    const weights: [number, number][] = [];
    for (let at = Math.max(0, Math.ceil(centre - reach)); at <= Math.min(from - 1, centre + reach); at++) {
      weights.push([at, 1 - Math.abs(at - centre) / reach]);
    }
    const sum = weights.reduce((total, [, weight]) => total + weight, 0);
    return weights.map(([at, weight]) => [at, weight / sum]);
  });
}
