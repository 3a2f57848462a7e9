import { describe, expect, it } from 'vitest';
import {
  nextPlateau,
  plateauStart,
  type Schedule,
  scheduledRate,
  warmedUp,
} from '../../../src/core/train/schedules.ts';

function rates(schedule: Schedule, steps: number, stepsPerEpoch = 1): number[] {
  return Array.from({ length: steps }, (_, step) =>
    scheduledRate(schedule, 1, { step, steps, stepsPerEpoch }),
  );
}

describe('the learning rate', () => {
  it('drops by a factor every few epochs', () => {
    expect(rates({ kind: 'step', everyEpochs: 2, factor: 0.5 }, 6)).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
    expect(rates({ kind: 'step', everyEpochs: 1, factor: 0.1 }, 4, 2)).toEqual([1, 1, 0.1, 0.1]);
  });

  it('falls along half a cosine: whole at the start, half in the middle', () => {
    const [first, , middle, third] = rates({ kind: 'cosine' }, 4);
    expect(first).toBe(1);
    expect(middle).toBeCloseTo(0.5, 12);
    expect(third).toBeCloseTo((1 + Math.cos((3 * Math.PI) / 4)) / 2, 12);
  });

  it('does not fall below the cosine’s floor', () => {
    const all = rates({ kind: 'cosine', floor: 0.2 }, 100);
    expect(Math.min(...all)).toBeGreaterThan(0.2);
    expect(all[50]).toBeCloseTo(0.6, 12);
  });

  it('goes through one cycle, at the values PyTorch’s OneCycleLR(max_lr=1, total_steps=10) has', () => {
    // initial 1/25, peak at step 0.3 · 10 − 1 = 2, last 1/25/10⁴.
    const all = rates({ kind: 'one-cycle' }, 10);
    expect(all[0]).toBeCloseTo(0.04, 12);
    expect(all[1]).toBeCloseTo(0.52, 12);
    expect(all[2]).toBe(1);
    expect(all[9]).toBeCloseTo(4e-6, 12);
    expect(all.slice(2).every((rate, i, rest) => i === 0 || rate < rest[i - 1]!)).toBe(true);
  });

  it('climbs linearly while it warms up', () => {
    expect([0, 1, 2, 3, 4].map(step => warmedUp(1, step, 4))).toEqual([0.25, 0.5, 0.75, 1, 1]);
    expect(warmedUp(1, 0, 0)).toBe(1);
  });

  it('drops on a plateau, after more epochs without improvement than are borne', () => {
    const settings = { factor: 0.1, patience: 1 };
    const scales: number[] = [];
    let plateau = plateauStart;
    for (const loss of [1, 0.5, 0.5, 0.49999, 0.5, 0.5, 0.4]) {
      plateau = nextPlateau(plateau, loss, settings);
      scales.push(plateau.scale);
    }
    expect(scales.map(scale => Number(scale.toPrecision(6)))).toEqual([1, 1, 1, 0.1, 0.1, 0.01, 0.01]);
    expect(plateau.best).toBe(0.4);
  });
});
