// The first fifty steps of each known result: what hosts are held against each other by.
import { type SampleSource, takeRows, inOrder } from '../../../../src/core/train/samples.ts';
import { type Lesson, learn, type Machine } from './learn.ts';
import { knownResults } from './lessons.ts';

const rows = 160;
/** Of five batches of 32. */
const epochs = 10;

export const fiftySteps: readonly { readonly task: string; readonly net: string; readonly lesson: Lesson }[] =
  knownResults.map(({ task, net, lesson }) => ({ task, net, lesson: shortened(lesson(1)) }));

/** Weights by name after fifty steps. */
export async function weightsAfter(task: string, machine: Machine): Promise<Map<string, Float32Array>> {
  const { lesson } = fiftySteps.find(each => each.task === task)!;
  const { weights, steps } = await learn(lesson, machine);
  if (steps !== 50) throw new RangeError(`${task}: ${steps} steps`);
  return new Map(Array.from(weights, ([name, { data }]) => [name, data as Float32Array]));
}

function shortened(lesson: Lesson): Lesson {
  return {
    ...lesson,
    train: firstOf(lesson.train),
    held: firstOf(lesson.held),
    recipe: { ...lesson.recipe, epochs },
  };
}

function firstOf(source: SampleSource): SampleSource {
  return { ...source, rows, target: takeRows(source.target, inOrder(rows)) };
}
