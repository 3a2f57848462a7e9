// The text-direction classifier is taught four directions, or judged on them, in a worker of its own: what a worker's
// runtime has taken can then be told.
import { expose } from 'comlink';
import { type HeldBytes, heldBytes } from '../../../bench/pages/training/memory.ts';
import { seededRandom } from '../../../src/core/data/random.ts';
import type { TrainRecipe } from '../../../src/core/train/recipe.ts';
import { replaceHead } from '../../../src/core/train/replace-head.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';
import type { WebProvider } from '../../../src/worker/ort.ts';
import { accuracyOf, teach } from '../../core/train/known-results/learn.ts';
import { web } from '../../core/train/known-results/web-machine.ts';
import { availableFonts } from './fonts.ts';
import { directions, textLines } from './text-lines.ts';

type File = Uint8Array<ArrayBuffer>;

export interface DirectionRun {
  readonly provider: WebProvider;
  readonly recipe: TrainRecipe;
  readonly rows: number;
}

export interface DirectionResult {
  readonly file: File;
  readonly steps: number;
  readonly seconds: number;
  readonly held: HeldBytes;
}

const surface = {
  /** The published file with a head for four directions, drawn anew. */
  withNewHead(published: File): File {
    const model = trainableGraph(published);
    return replaceHead(model, model.outputs[0]!.name, directions.length, seededRandom(1)).toBytes();
  },

  async teach(file: File, { provider, recipe, rows }: DirectionRun): Promise<DirectionResult> {
    const { input, output } = namesOf(file);
    const train = textLines(input, availableFonts().train, { rows, seed: 1 });
    const taught = await teach({ file, output, train, recipe }, web(provider));
    return { file: taught.file, steps: taught.steps, seconds: taught.seconds, held: heldBytes() };
  },

  /** Share of lines that are told rightly, in typefaces that are not learnt from; by the CPU, whatever trained. */
  judge(file: File, rows: number): Promise<number> {
    const { input, output } = namesOf(file);
    const held = textLines(input, availableFonts().held, { rows, seed: 2 });
    return accuracyOf({ file, output, held }, web('wasm').openSession);
  },
};
export type DirectionSurface = typeof surface;
expose(surface);

function namesOf(file: File): { readonly input: string; readonly output: string } {
  const { inputs, outputs } = trainableGraph(file);
  return { input: inputs[0]!.name, output: outputs[0]!.name };
}
