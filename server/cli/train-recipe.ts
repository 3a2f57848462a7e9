// The recipe that `haversack train` was asked for: defaults, under a file, under options.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { HaversackError } from '../../src/core/errors.ts';
import { defaultLora, type TrainRecipe, trainRecipeSchema } from '../../src/core/train/recipe.ts';
import { z } from '../../src/core/zod.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';

export interface RecipeOptions {
  readonly train?: string;
  readonly recipe?: string;
  readonly epochs?: string;
  /** A number, or `auto`, which whoever trains replaces. */
  readonly learningRate?: string;
  readonly batchSize?: string;
  readonly seed?: string;
  readonly loraRank?: string;
  readonly loraAlpha?: string;
  readonly loraKeep?: string;
}

/** The loss may be left to what the target holds. */
export type Recipe = Omit<TrainRecipe, 'loss'> & Partial<Pick<TrainRecipe, 'loss'>>;

/** A learning rate that is to be found. */
export const automatic = 'auto';

/** What a run has where neither the recipe nor an option says otherwise. */
const defaults = {
  mlp: { scope: 'all', learningRate: 0.01, epochs: 100 },
  cnn: { scope: 'all', learningRate: 0.002, epochs: 15 },
  // Leaves most of the model as it is, as the app does.
  existing: { scope: 'head', learningRate: 0.003, epochs: 15 },
} as const;

/** @param kind of a new model; null for one that is taught more @throws UsageError */
export async function recipeOf(io: Io, options: RecipeOptions, kind: 'mlp' | 'cnn' | null): Promise<Recipe> {
  const said = {
    ...(options.train !== undefined && scopeOf(options.train)),
    epochs: number(options.epochs),
    learningRate: options.learningRate === automatic ? undefined : number(options.learningRate),
    batchSize: number(options.batchSize),
    seed: number(options.seed),
  };
  const file = options.recipe === undefined ? {} : await readRecipe(io, options.recipe);
  const settings = {
    kind: 'train',
    engine: 'onnx',
    optimizer: 'adam',
    batchSize: 32,
    seed: 42,
    newSampleRepeats: 1,
    ...defaults[kind ?? 'existing'],
    ...file,
    ...given(said),
    ...loraOf(options, file),
  };
  const parsed = trainRecipeSchema.partial({ loss: true }).safeParse(settings);
  if (!parsed.success)
    throw new UsageError(z.prettifyError(parsed.error), 'Check the recipe and the options.');
  if (parsed.data.engine !== 'onnx') {
    throw new UsageError(`The recipe is for the engine ${parsed.data.engine}.`, 'Here "engine" is "onnx".');
  }
  if (parsed.data.scope !== 'lora' && hasLora(options)) {
    throw new UsageError('The options --lora-… are for low-rank changes.', 'Add --train lora.');
  }
  const { loss, ...rest } = parsed.data;
  return { ...rest, ...(loss && { loss }) };
}

function number(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function given(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function hasLora({ loraRank, loraAlpha, loraKeep }: RecipeOptions): boolean {
  return [loraRank, loraAlpha, loraKeep].some(text => text !== undefined);
}

/** Where only the rank is given, α is the rank: changes count as they are. */
function loraOf(options: RecipeOptions, file: object): { lora?: object } {
  if (!hasLora(options)) return {};
  const rank = number(options.loraRank);
  const said = { rank, alpha: number(options.loraAlpha) ?? rank, keep: options.loraKeep };
  const before = 'lora' in file && typeof file.lora === 'object' ? file.lora : {};
  return { lora: { ...defaultLora, ...before, ...given(said) } };
}

async function readRecipe(io: Io, path: string): Promise<object> {
  const text = await readFile(resolve(io.cwd, path), 'utf8');
  try {
    return z.looseObject({}).parse(JSON.parse(text));
  } catch (cause) {
    throw new HaversackError('InputInvalid', `${path} is no JSON object.`, { cause });
  }
}

function scopeOf(text: string): Partial<TrainRecipe> {
  const last = /^last:(\d+)$/.exec(text);
  if (last) return { scope: 'last', layers: Number(last[1]) };
  if (text === 'head' || text === 'all' || text === 'lora' || text === 'biases') return { scope: text };
  return { scope: 'names', pattern: text };
}
