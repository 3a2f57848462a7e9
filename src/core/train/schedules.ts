// How the learning rate changes over a run: pure functions of the step. Knows no graph and no loop.
import { z } from '../zod.ts';

export const scheduleSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('constant') }),
  z.object({
    kind: z.literal('step'),
    /** Epochs between two drops. */
    everyEpochs: z.number().int().min(1),
    factor: z.number().positive().max(1),
  }),
  z.object({
    kind: z.literal('cosine'),
    /** Share of the base rate that is left at the end. */
    floor: z.number().min(0).max(1).optional(),
  }),
  z.object({
    kind: z.literal('one-cycle'),
    /** Share of the steps that the rate climbs for. */
    climb: z.number().positive().lt(1).optional(),
  }),
  z.object({
    kind: z.literal('plateau'),
    factor: z.number().positive().lt(1),
    /** Epochs without improvement that are borne. */
    patience: z.number().int().min(0),
  }),
]);
export type Schedule = z.infer<typeof scheduleSchema>;

export interface Position {
  /** From 0. */
  readonly step: number;
  readonly steps: number;
  readonly stepsPerEpoch: number;
}

/** One-cycle's ends, as PyTorch 2.9's `OneCycleLR` has them: the base is the peak. */
const oneCycle = { climb: 0.3, startDivisor: 25, endDivisor: 25 * 1e4 };

/** The rate at one step, before warm-up. `plateau` is constant here: its drops come from `nextPlateau`. */
export function scheduledRate(schedule: Schedule, base: number, at: Position): number {
  switch (schedule.kind) {
    case 'constant':
    case 'plateau':
      return base;
    // base · factor^⌊epoch / everyEpochs⌋
    case 'step':
      return base * schedule.factor ** Math.floor(at.step / (at.stepsPerEpoch * schedule.everyEpochs));
    // Loshchilov and Hutter 2017 (arXiv 1608.03983), eq. 5, without restarts.
    case 'cosine':
      return annealed(base, base * (schedule.floor ?? 0), at.step / at.steps);
    // Smith and Topin 2017 (arXiv 1708.07120), with cosine annealing.
    case 'one-cycle': {
      const climb = schedule.climb ?? oneCycle.climb;
      const top = climb * at.steps - 1;
      if (at.step <= top) return annealed(base / oneCycle.startDivisor, base, top === 0 ? 1 : at.step / top);
      return annealed(base, base / oneCycle.endDivisor, (at.step - top) / (at.steps - 1 - top));
    }
  }
}

/** Climbs linearly over the first `warmUpSteps` steps: (step + 1) / warmUpSteps of `rate` (Goyal et al. 2017, §2.2). */
export function warmedUp(rate: number, step: number, warmUpSteps: number): number {
  return step < warmUpSteps ? (rate * (step + 1)) / warmUpSteps : rate;
}

export interface Plateau {
  readonly best: number;
  readonly badEpochs: number;
  /** What the base rate is multiplied by from now on. */
  readonly scale: number;
}

export const plateauStart: Plateau = { best: Infinity, badEpochs: 0, scale: 1 };

/** An epoch counts as better where the loss falls below this share of the best, as in PyTorch's `ReduceLROnPlateau`. */
const betterShare = 1 - 1e-4;

/** After an epoch with this loss. The rate drops when more than `patience` epochs in a row were no better. */
export function nextPlateau(
  { best, badEpochs, scale }: Plateau,
  loss: number,
  { factor, patience }: { readonly factor: number; readonly patience: number },
): Plateau {
  if (loss < best * betterShare) return { best: loss, badEpochs: 0, scale };
  if (badEpochs < patience) return { best, badEpochs: badEpochs + 1, scale };
  return { best, badEpochs: 0, scale: scale * factor };
}

/** From `from` to `to` along half a cosine; `share` from 0 to 1. */
function annealed(from: number, to: number, share: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
}
