// `haversack train`: a new model, or an old one taught more, from the rows of a table.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { HaversackError } from '../../src/core/errors.ts';
import { adapt } from '../../src/core/train/adapt.ts';
import { memoryStepHost } from '../../src/core/runtime/step-host.ts';
import type { TrainControl, TrainProgress } from '../../src/core/train/engine.ts';
import { parseNewModel } from '../../src/core/train/new-model.ts';
import { type TrainRecipe, trainRecipeSchema } from '../../src/core/train/recipe.ts';
import { z } from '../../src/core/zod.ts';
import { withServer } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { type Judged, judgeRows } from './judge-table.ts';
import type { TableOptions } from './labelled-table.ts';
import type { LoadOptions } from './load.ts';
import { formatShare, type OutputOptions, print } from './output.ts';
import { type Lesson, lessonOf, type LessonOptions } from './lesson.ts';
import { writeWhole } from './write-whole.ts';

interface TrainOptions extends Omit<LoadOptions, 'data'>, OutputOptions, TableOptions {
  readonly new?: string;
  readonly train?: string;
  readonly newHead?: boolean;
  readonly recipe?: string;
  readonly epochs?: string;
  readonly learningRate?: string;
  readonly batchSize?: string;
  readonly seed?: string;
  readonly testSize: string;
  readonly out: string;
}

export function trainCommand(io: Io): Command {
  const command = new Command('train')
    .description('train a new model, or teach a model more, from the rows of a table')
    .argument('[model|file]', 'MODEL, MODEL@N, MODEL@ALIAS or an .onnx file; none with --new')
    .option('--new <spec>', 'linear, mlp:16,8 or cnn:16,32')
    .requiredOption('--data <file>', 'data.csv, or - for stdin')
    .requiredOption('--target <column>', 'that is to be told')
    .option('--features <columns>', 'a,b,c; else those the model names, or all but the target')
    .option('--train <scope>', 'head, all, lora, biases, last:N, or names of weights (conv1.*)')
    .option('--new-head', 'the last layer starts anew, for the classes of the target')
    .option('--recipe <file>', 'settings as JSON; what it leaves out has its default')
    .option('--epochs <n>')
    .option('--learning-rate <x>')
    .option('--batch-size <n>')
    .option('--seed <n>', 'of the split, the first weights and the order of the rows')
    .option('--test-size <share>', 'of the rows, held out and judged on', '0.2')
    .requiredOption('--out <file>', 'where to put the model')
    .option('--variant <name>', 'of a model in the registry')
    .option('--registry-key <id>', 'refuse a registry whose key is another')
    .option('--json', 'answer with one JSON value');
  return withServer(command)
    .addHelpText(
      'after',
      '\nExamples:\n  haversack train --new mlp:16,8 --data iris.csv --target species --out iris.onnx' +
        '\n  haversack train digits --data mine.csv --target digit --train head --out digits.onnx\n',
    )
    .action((name: string | undefined, options: TrainOptions) => train(io, name, options));
}

async function train(io: Io, name: string | undefined, options: TrainOptions): Promise<void> {
  if ((name === undefined) === (options.new === undefined)) {
    throw new UsageError(
      name === undefined ? 'Nothing to train.' : `Both ${name} and --new were given.`,
      'Name a model or a file, or give --new.',
    );
  }
  const startedAt = performance.now();
  const spec = options.new === undefined ? null : usage(() => parseNewModel(options.new!));
  const recipe = await recipeOf(io, options, spec?.kind ?? null);
  const lesson = await lessonOf(io, spec ?? name!, lessonOptions(options, recipe));
  // The runtime is a large library, which other verbs do without.
  const { openNodeSession } = await import('../inference/session.ts');
  const progress = progressOf(io);
  const { model, output, train, validation, loss } = lesson;
  const fitted = await adapt(
    { model, output, train, validation, recipe: { ...recipe, loss: recipe.loss ?? loss } },
    memoryStepHost('cpu', openNodeSession),
    controlOf(io),
    progress.show,
  ).finally(progress.end);
  const out = resolve(io.cwd, options.out);
  const file = lesson.finish(fitted);
  const session = await openNodeSession(file);
  const metrics = await judged(lesson, session).finally(() => session.dispose());
  await writeWhole(out, file);
  const seconds = (performance.now() - startedAt) / 1000;
  const value = { out, engine: 'onnx', provider: fitted.provider, epochs: fitted.epochs, seconds, metrics };
  print(io, options, value, () => render(value, options.out));
}

type Metrics = Judged['metrics'];

async function judged(
  lesson: Lesson,
  session: Parameters<typeof judgeRows>[0]['session'],
): Promise<{ train: Metrics; test: Metrics | null }> {
  const model = { session, interface: lesson.interface };
  const [train, test] = [await judgeRows(model, lesson.rows.train), lesson.rows.test];
  return { train: train.metrics, test: test.rows > 0 ? (await judgeRows(model, test)).metrics : null };
}

type Recipe = Omit<TrainRecipe, 'loss'> & Partial<Pick<TrainRecipe, 'loss'>>;

/** What a run has where neither the recipe nor an option says otherwise. */
const defaults = {
  mlp: { scope: 'all', learningRate: 0.01, epochs: 100 },
  cnn: { scope: 'all', learningRate: 0.002, epochs: 15 },
  // Leaves most of the model as it is, as the app does.
  existing: { scope: 'head', learningRate: 0.003, epochs: 15 },
} as const;

/** Defaults, under the recipe's file, under the options. The loss may be left to what the target holds. */
async function recipeOf(io: Io, options: TrainOptions, kind: 'mlp' | 'cnn' | null): Promise<Recipe> {
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const said = {
    ...(options.train !== undefined && scopeOf(options.train)),
    epochs: number(options.epochs),
    learningRate: number(options.learningRate),
    batchSize: number(options.batchSize),
    seed: number(options.seed),
  };
  const settings = {
    kind: 'train',
    engine: 'onnx',
    optimizer: 'adam',
    batchSize: 32,
    seed: 42,
    newSampleRepeats: 1,
    ...defaults[kind ?? 'existing'],
    ...(options.recipe !== undefined && (await readRecipe(io, options.recipe))),
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
  };
  const parsed = trainRecipeSchema.partial({ loss: true }).safeParse(settings);
  if (!parsed.success)
    throw new UsageError(z.prettifyError(parsed.error), 'Check the recipe and the options.');
  if (parsed.data.engine !== 'onnx') {
    throw new UsageError(`The recipe is for the engine ${parsed.data.engine}.`, 'Here "engine" is "onnx".');
  }
  const { loss, ...rest } = parsed.data;
  return { ...rest, ...(loss && { loss }) };
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

function lessonOptions(options: TrainOptions, recipe: Recipe): LessonOptions {
  const testSize = Number(options.testSize);
  if (!(testSize >= 0 && testSize < 1)) {
    throw new UsageError(`--test-size is ${options.testSize}.`, 'Give a share from 0 to below 1.');
  }
  return { ...options, testSize, recipe };
}

/** What the command was given wrong, told as wrong usage. */
function usage<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof HaversackError) throw new UsageError(thrown.detail);
    throw thrown;
  }
}

function controlOf(io: Io): TrainControl {
  const yieldEveryMs = 50;
  let yieldedAt = performance.now();
  return {
    async checkpoint() {
      if (performance.now() - yieldedAt > yieldEveryMs) {
        // A macrotask, so that Ctrl-C arrives.
        await new Promise(done => setImmediate(done));
        yieldedAt = performance.now();
      }
      if (io.signal.aborted) throw new HaversackError('Aborted', 'Nothing was written.');
    },
  };
}

function progressOf(io: Io) {
  const clearLine = '\r\u001b[K';
  let drawn = false;
  return {
    show: ({ epoch, epochs, loss, accuracy }: TrainProgress) => {
      if (!io.terminal) return;
      const right = Number.isFinite(accuracy) ? `, ${formatShare(accuracy)} right` : '';
      io.stderr(`${clearLine}epoch ${epoch} of ${epochs}, loss ${loss.toFixed(4)}${right}`);
      drawn = true;
    },
    end: () => {
      if (drawn) io.stderr(clearLine);
    },
  };
}

function render(
  {
    epochs,
    seconds,
    metrics,
  }: { epochs: number; seconds: number; metrics: { train: Metrics; test: Metrics | null } },
  out: string,
): string {
  const main = (figures: Metrics | null) => {
    const [name, value] = Object.entries(figures ?? {})[0] ?? ['nothing', null];
    return `${name} ${typeof value === 'number' ? value.toFixed(4) : '–'}`;
  };
  const test = metrics.test ? `; held out: ${main(metrics.test)}` : '';
  return `${out} after ${epochs} epochs in ${seconds.toFixed(1)} s. Trained on: ${main(metrics.train)}${test}.\n`;
}
