import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/data/random.ts';
import { float32, type Tensor } from '../../../src/core/tensor.ts';
import { type Augment, augmentBy, imageShape, rowRandom } from '../../../src/core/train/augment.ts';
import { augmentationSchema } from '../../../src/core/train/augmentation.ts';
import { fit, type FitJob } from '../../../src/core/train/fit.ts';
import { clouds, goOn, job, network, nodeHost, normalizedNet } from './nets.ts';

const numbersOf = ({ data }: Tensor) => Array.from(data as Float32Array);

describe('augmentation of a batch', () => {
  it('changes images, each row by numbers of its own, and hands on what is none', () => {
    const images = float32(
      [2, 1, 3, 3],
      Array.from({ length: 18 }, (_, i) => i % 9),
    );
    const ids: Tensor = { datatype: 'INT32', shape: [2, 1], data: Int32Array.of(1, 2) };
    const changed = augmentBy({ shift: 1 })({ images, ids }, row => seededRandom(row));
    expect(changed['ids']).toBe(ids);
    expect(changed['images']!.shape).toEqual([2, 1, 3, 3]);
    const values = numbersOf(changed['images']!);
    expect(values.slice(0, 9)).not.toEqual(numbersOf(images).slice(0, 9));
    expect(values.slice(0, 9)).not.toEqual(values.slice(9));
  });

  it('adds noise of the given deviation to numbers, and nothing else', () => {
    const rows = float32([1, 4000], new Float32Array(4000));
    const noisy = numbersOf(
      augmentBy({ noise: 0.5, shift: 3, flip: true })({ rows }, () => seededRandom(1))['rows']!,
    );
    const mean = noisy.reduce((a, b) => a + b) / noisy.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.sqrt(noisy.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noisy.length)).toBeCloseTo(
      0.5,
      1,
    );
    expect(numbersOf(augmentBy({ shift: 3 })({ rows }, () => seededRandom(1))['rows']!)).toEqual(
      numbersOf(rows),
    );
  });

  it('knows images by their channels', () => {
    expect(imageShape([8, 3, 32, 20])).toEqual({ channels: 3, height: 32, width: 20, layout: 'NCHW' });
    expect(imageShape([8, 32, 20, 3])).toEqual({ channels: 3, height: 32, width: 20, layout: 'NHWC' });
    expect(imageShape([8, 16, 20, 20])).toBeNull();
    expect(imageShape([8, 64])).toBeNull();
  });

  it('draws other numbers for another seed, step or row, and the same for the same', () => {
    const draw = (seed: number, step: number, row: number) => rowRandom(seed, step, row).uint32();
    const places = [0, 1, 2].flatMap(a => [0, 1, 2].flatMap(b => [0, 1, 2].map(c => draw(a, b, c))));
    expect(new Set(places).size).toBe(27);
    expect(draw(1, 2, 3)).toBe(draw(1, 2, 3));
  });

  it('refuses what makes no sense', () => {
    for (const wrong of [{ shift: -1 }, { scale: 1 }, { rotate: 200 }, { contrast: 2 }]) {
      expect(augmentationSchema.safeParse(wrong).success).toBe(false);
    }
  });
});

describe('a run with augmentation', () => {
  const train = clouds(48);
  const base = job(network('mlp:8', train, 3), train, { epochs: 2, batchSize: 24 });
  const weightsOf = async (changed: FitJob) => {
    const { weights } = await fit(changed, nodeHost(), goOn, () => undefined);
    return [...weights].map(([name, tensor]) => [name, numbersOf(tensor)] as const);
  };

  it('trains on changed rows, the same ones for the same seed', async () => {
    const augment = augmentBy({ noise: 0.3 });
    const first = await weightsOf({ ...base, augment });
    expect(await weightsOf({ ...base, augment })).toEqual(first);
    expect(await weightsOf(base)).not.toEqual(first);
    expect(await weightsOf({ ...base, augment: augmentBy({}) })).toEqual(await weightsOf(base));
  });

  it('changes a row alike whether a step is taken at once or in parts', async () => {
    const seen = async (batchSize: number, accumulate: number) => {
      const rows: number[] = [];
      const augment: Augment = (inputs, randomOf) => {
        const changed = augmentBy({ noise: 0.3 })(inputs, randomOf);
        rows.push(...numbersOf(changed['features']!));
        return changed;
      };
      const optimizer = { kind: 'adam' as const, options: { accumulate } };
      await weightsOf({ ...base, augment, batchSize, optimizer, epochs: 1 });
      return rows;
    };
    expect(await seen(12, 2)).toEqual(await seen(24, 1));
  });

  it('runs a frozen beginning on each changed row anew', async () => {
    const images = {
      rows: 8,
      inputs: {
        features: float32(
          [8, 1, 3, 3],
          Array.from({ length: 72 }, (_, i) => Math.sin(i)),
        ),
      },
      target: {
        datatype: 'INT32' as const,
        shape: [8],
        data: Int32Array.from({ length: 8 }, (_, i) => i % 2),
      },
    };
    let asked = 0;
    const augment: Augment = inputs => {
      asked++;
      expect(Object.keys(inputs)).toEqual(['features']);
      return inputs;
    };
    const frozen = job(normalizedNet(), images, {
      augment,
      trainable: new Set(['head.weight', 'head.bias']),
      statistics: 'frozen',
      batchSize: 4,
      epochs: 3,
    });
    await weightsOf(frozen);
    expect(asked).toBe(6);
  });
});
