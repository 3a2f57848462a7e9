// `haversack train`: a new model, or an old one taught more, from the rows of a table.
import { resolve } from 'node:path';
import { Command } from 'commander';
import { HaversackError } from '../../src/core/errors.ts';
import { memoryStepHost } from '../../src/core/runtime/step-host.ts';
import { adapt, type AdaptJob, plan } from '../../src/core/train/adapt.ts';
import type { Divergence, TrainControl, TrainProgress } from '../../src/core/train/engine.ts';
import { findLearningRate, type RateSweep } from '../../src/core/train/find-learning-rate.ts';
import { parseNewModel } from '../../src/core/train/new-model.ts';
import { withServer } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { type Judged, judgeRows } from './judge-table.ts';
import type { TableOptions } from './labelled-table.ts';
import type { LoadOptions } from './load.ts';
import { formatShare, type OutputOptions, print } from './output.ts';
import { type Lesson, lessonOf, type LessonOptions } from './lesson.ts';
import { renderSweep } from './rate-table.ts';
import { openRowFile } from './row-file.ts';
import { automatic, type Recipe, recipeOf, type RecipeOptions } from './train-recipe.ts';
import { writeWhole } from './write-whole.ts';

interface TrainOptions extends Omit<LoadOptions, 'data'>, OutputOptions, TableOptions, RecipeOptions {
  readonly new?: string;
  readonly newHead?: boolean;
  readonly findLearningRate?: boolean;
  readonly testSize: string;
  readonly out?: string;
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
    .option('--learning-rate <x>', 'or auto: found by a short sweep before the run')
    .option('--find-learning-rate', 'only the sweep: the loss at each rate, and the rate to take; no --out')
    .option('--lora-rank <n>', 'of the changes that --train lora makes')
    .option('--lora-alpha <x>', 'they count alpha / rank times; else as they are')
    .option(
      '--lora-keep <how>',
      'merged: part of the weights; delta: beside them, so that a version is a few per cent to send',
    )
    .option('--batch-size <n>')
    .option('--seed <n>', 'of the split, the first weights and the order of the rows')
    .option('--test-size <share>', 'of the rows, held out and judged on', '0.2')
    .option('--out <file>', 'where to put the model')
    .option('--variant <name>', 'of a model in the registry')
    .option('--registry-key <id>', 'refuse a registry whose key is another')
    .option('--json', 'answer with one JSON value');
  return withServer(command)
    .addHelpText(
      'after',
      '\nExamples:\n  haversack train --new mlp:16,8 --data iris.csv --target species --out iris.onnx' +
        '\n  haversack train digits --data mine.csv --target digit --train head --out digits.onnx' +
        '\n  haversack train digits --data mine.csv --target digit --train lora --lora-rank 8 --lora-keep delta --out digits.onnx' +
        '\n  haversack train digits --data mine.csv --target digit --find-learning-rate\n' +
        '\nWhere the loss becomes no number, the model has what the last good epoch ended with: a warning says so, and' +
        '\n"diverged" in the JSON. Where that is in the first epoch, nothing is written, and the exit code is 1.\n',
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
  if ((options.out === undefined) !== (options.findLearningRate === true)) {
    throw new UsageError(
      'A run needs a place for the model, a sweep none.',
      'Give --out, or --find-learning-rate.',
    );
  }
  const startedAt = performance.now();
  const spec = options.new === undefined ? null : usage(() => parseNewModel(options.new!));
  const recipe = await recipeOf(io, options, spec?.kind ?? null);
  const lesson = await lessonOf(io, spec ?? name!, lessonOptions(options, recipe));
  const { model, output, train, validation, loss } = lesson;
  const job = {
    model,
    output,
    train,
    validation,
    recipe: { ...recipe, loss: recipe.loss ?? loss },
    spillRows: openRowFile,
    newHead: options.newHead ?? false,
  };
  if (options.out === undefined) {
    const sweep = await sweepOf(io, job);
    return print(io, options, sweep, () => renderSweep(sweep));
  }
  const rate = options.learningRate === automatic ? foundRate(await sweepOf(io, job)) : recipe.learningRate;
  const fitted = await taught(io, { ...job, recipe: { ...job.recipe, learningRate: rate } });
  const out = resolve(io.cwd, options.out);
  const file = lesson.finish(fitted);
  const session = await (await runtime()).openNodeSession(file);
  const metrics = await judged(lesson, session).finally(() => session.dispose());
  await writeWhole(out, file);
  const seconds = (performance.now() - startedAt) / 1000;
  const { provider, epochs, diverged } = fitted;
  if (diverged) io.stderr(warningOf(diverged));
  const value = { out, engine: 'onnx', provider, epochs, learningRate: rate, seconds, metrics, diverged };
  print(io, options, value, () => render(value, options.out!));
}

function warningOf({ keptEpoch, message }: Divergence): string {
  return `Warning: ${message} The model has what epoch ${keptEpoch} ended with; try a smaller learning rate.\n`;
}

/** A large library, which other verbs do without. */
function runtime() {
  return import('../inference/session.ts');
}

async function hostOf() {
  return memoryStepHost('cpu', (await runtime()).openNodeSession);
}

async function taught(io: Io, job: AdaptJob) {
  const progress = progressOf(io);
  return adapt(job, await hostOf(), controlOf(io), progress.show).finally(progress.end);
}

async function sweepOf(io: Io, job: AdaptJob): Promise<RateSweep> {
  return findLearningRate(plan(job), await hostOf(), controlOf(io));
}

function foundRate({ suggested, ended }: RateSweep): number {
  if (suggested !== null) return suggested;
  throw new HaversackError(
    'TrainingImpossible',
    ended === 'no-number'
      ? 'The loss is no number before any rate helps; look at the numbers of the table.'
      : 'The loss falls at no rate; give --learning-rate a number.',
  );
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
