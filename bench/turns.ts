// Many sides measured in turn, the fast and the very slow alike: each within a budget of time of its own.
import type { Turn } from './nets/trainer.ts';

/** Takes this many steps, one after the other. */
export type TurnTaker = (steps: number) => Promise<Turn>;

interface Plan {
  /** Steps are put together until a turn takes about so long. */
  readonly turnMs: number;
  readonly rounds: number;
  /** A side that has measured for so long takes no more turns, once it has had `fewest`. */
  readonly budgetMs: number;
  readonly fewest: number;
}

const plans: Readonly<Record<'full' | 'short', Plan>> = {
  full: { turnMs: 250, rounds: 15, budgetMs: 15_000, fewest: 3 },
  short: { turnMs: 100, rounds: 3, budgetMs: 2_000, fewest: 1 },
};
const maxSteps = 50;
/** A runtime's threads spin for a while after a run; nobody's turn begins meanwhile. */
const pauseMs = 30;

/**
 * Milliseconds a step, a figure a turn. Who comes first changes from round to round.
 * @param onLost what becomes of a side that fails, which the others go on without; absent: nobody goes on
 */
export async function measureInTurns<Key>(
  takers: ReadonlyMap<Key, TurnTaker>,
  length: 'full' | 'short',
  onLost?: (key: Key, thrown: unknown) => Promise<void>,
): Promise<Map<Key, number[]>> {
  const plan = plans[length];
  const sides = Array.from(takers, ([key, take]) => {
    return { key, take, steps: 1, spentMs: 0, values: [] as number[], isLost: false };
  });
  const take = async (side: (typeof sides)[number]): Promise<number | null> => {
    try {
      return (await side.take(side.steps)).millisecondsAStep;
    } catch (thrown) {
      if (!onLost) throw thrown;
      side.isLost = true;
      await onLost(side.key, thrown);
      return null;
    }
  };
  for (const side of sides) {
    // Compiled and warm by now, or too slow for that to matter.
    const milliseconds = await take(side);
    if (milliseconds === null) continue;
    side.steps = Math.min(maxSteps, Math.max(1, Math.round(plan.turnMs / milliseconds)));
  }
  for (let round = 0; round < plan.rounds; round++) {
    for (let i = 0; i < sides.length; i++) {
      const side = sides[(i + round) % sides.length]!;
      if (side.isLost || (side.spentMs > plan.budgetMs && side.values.length >= plan.fewest)) continue;
      const started = performance.now();
      const milliseconds = await take(side);
      if (milliseconds !== null) side.values.push(milliseconds);
      side.spentMs += performance.now() - started;
      await new Promise(resolve => setTimeout(resolve, pauseMs));
    }
  }
  return new Map(sides.filter(side => !side.isLost).map(({ key, values }) => [key, values]));
}
