// How long a run takes, guessed from how many numbers go in: a part that every run has, and a part for each number.
import type { Session } from '../../src/core/runtime/session.ts';
import { elements, type TensorMap } from '../../src/core/tensor.ts';
import { joinRows } from './join-rows.ts';

export interface RunCost {
  readonly fixedMs: number;
  readonly msPerElement: number;
}

/** Each size is timed so often; the shortest counts, for what disturbs only makes longer. */
const timedRuns = 8;
const rowsTogether = 16;

/** Where one run is longer than this, a longer one is not tried: whoever waits for the model waits for it too. */
const longMs = 20;

/** One that knows better than the clock here how long it ran. */
type Timed = Session & { readonly lastRunMs?: number };

/** Measured with an example, and where rows can be joined with some of it. Null where the model refuses the example. */
export async function measureCost(
  session: Timed,
  example: TensorMap,
  joins: boolean,
): Promise<RunCost | null> {
  try {
    const oneMs = await shortestRun(session, example);
    const count = elementsOf(example);
    if (!joins || oneMs > longMs) return { fixedMs: 0, msPerElement: oneMs / count };
    const manyMs = await shortestRun(session, joinRows(Array.from({ length: rowsTogether }, () => example)));
    const msPerElement = Math.max(0, manyMs - oneMs) / (count * (rowsTogether - 1));
    return { fixedMs: Math.max(0, oneMs - msPerElement * count), msPerElement };
  } catch {
    return null;
  }
}

export function costOf({ fixedMs, msPerElement }: RunCost, feeds: TensorMap): number {
  return fixedMs + msPerElement * elementsOf(feeds);
}

function elementsOf(feeds: TensorMap): number {
  let count = 0;
  for (const { shape } of Object.values(feeds)) count += elements(shape);
  return Math.max(1, count);
}

async function shortestRun(session: Timed, feeds: TensorMap): Promise<number> {
  let shortest = Infinity;
  for (let i = 0; i < timedRuns; i++) {
    const started = performance.now();
    await session.run(feeds);
    shortest = Math.min(shortest, session.lastRunMs ?? performance.now() - started);
    if (shortest > longMs) break;
  }
  return shortest;
}
