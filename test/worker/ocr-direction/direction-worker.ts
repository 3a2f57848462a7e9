// The text-direction classifier is taught four directions, in a worker of its own, so that what it takes can be told.
import { expose } from 'comlink';
import { seededRandom } from '../../../src/core/data/random.ts';
import type { TrainRecipe } from '../../../src/core/train/recipe.ts';
import { replaceHead } from '../../../src/core/train/replace-head.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';
import type { WebProvider } from '../../../src/worker/ort.ts';
import { accuracyOf, learn, type Learnt } from '../../core/train/known-results/learn.ts';
import { web } from '../../core/train/known-results/web-machine.ts';
import { availableFonts } from './fonts.ts';
import { meterMemory, type Taken } from './memory-meter.ts';
import { directions, textLines } from './text-lines.ts';

export interface DirectionRun {
  /** The classifier as it is published. */
  readonly file: Uint8Array<ArrayBuffer>;
  readonly provider: WebProvider;
  /** One after the other, each from where the one before ended. */
  readonly recipes: readonly TrainRecipe[];
  readonly rows: { readonly train: number; readonly held: number };
}

export interface DirectionResult extends Taken {
  /** Accuracy with the new head untrained, on lines in typefaces that are not learnt from, as all of them. */
  readonly before: number;
  /** By recipe. */
  readonly stages: readonly Pick<Learnt, 'accuracy' | 'steps' | 'seconds'>[];
}

const takenMemory = meterMemory();

async function teachDirections({ file, provider, recipes, rows }: DirectionRun): Promise<DirectionResult> {
  const published = trainableGraph(file);
  const [input, output] = [published.inputs[0]!.name, published.outputs[0]!.name];
  const model = replaceHead(published, output, directions.length, seededRandom(1)).toBytes();
  const fonts = availableFonts();
  const held = textLines(input, fonts.held, { rows: rows.held, seed: 2 });
  const train = textLines(input, fonts.train, { rows: rows.train, seed: 1 });
  const machine = web(provider);
  const before = await accuracyOf({ file: model, output, held }, machine.openSession);
  const stages: Learnt[] = [];
  for (const recipe of recipes) {
    const parent = stages.at(-1)?.file ?? model;
    stages.push(await learn({ file: parent, output, train, held, recipe }, machine));
  }
  return {
    before,
    stages: stages.map(({ accuracy, steps, seconds }) => ({ accuracy, steps, seconds })),
    ...takenMemory(),
  };
}

const surface = { teachDirections };
export type DirectionSurface = typeof surface;
expose(surface);
