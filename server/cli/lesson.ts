// What `haversack train` learns from: a model, old or new, and the rows of a table, parted into what is learnt from and
// what is held out.
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { ModelInterface } from '../../src/core/artifact/interface.ts';
import type { Part } from '../../src/core/artifact/documents.ts';
import { type Random, seededRandom } from '../../src/core/data/random.ts';
import { rowKey, stratifiedSplit } from '../../src/core/data/split.ts';
import type { Target } from '../../src/core/data/target.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { descriptionOf, describeModel } from '../../src/core/onnx/description.ts';
import type { Graph } from '../../src/core/onnx/graph.ts';
import { inspectModel } from '../../src/core/onnx/inspect.ts';
import { interfaceOf } from '../../src/core/onnx/interface.ts';
import { float32 } from '../../src/core/tensor.ts';
import { lossOf } from '../../src/core/train/adapt.ts';
import type { Learnt } from '../../src/core/train/learnt.ts';
import { replaceHead } from '../../src/core/train/replace-head.ts';
import { newModel, type NewModelSpec } from '../../src/core/train/new-model.ts';
import type { TrainRecipe } from '../../src/core/train/recipe.ts';
import { classOutput, labelTarget, numberOutput, samplesOfRows } from '../../src/core/train/rows.ts';
import { inMemory, type SampleSource } from '../../src/core/train/samples.ts';
import { trainableGraph } from '../../src/core/train/trainable-graph.ts';
import { trainedFile } from '../../src/core/train/trained-file.ts';
import { decidedInterface, expectedBy } from './evaluate.ts';
import type { Io } from './io.ts';
import type { Rows } from './judge-table.ts';
import { type LabelledTable, readLabelledTable, type TableOptions } from './labelled-table.ts';
import { UsageError } from './failure.ts';
import { load, type Loaded, type LoadOptions } from './load.ts';
import type { Recipe } from './train-recipe.ts';

export interface LessonOptions extends Omit<LoadOptions, 'data'>, TableOptions {
  /** Of the rows, held out. */
  readonly testSize: number;
  /** The last layer starts anew, for the table's classes. */
  readonly newHead?: boolean;
  readonly recipe: Recipe;
}

export interface Lesson {
  readonly model: Graph;
  /** That the loss reads. */
  readonly output: string;
  readonly interface: ModelInterface;
  /** That goes with the target, where the recipe names none. */
  readonly loss: TrainRecipe['loss'];
  readonly train: SampleSource;
  /** Null where nothing ends the run early. */
  readonly validation: SampleSource | null;
  readonly rows: { readonly train: Rows; readonly test: Rows };
  /** The model with what it learnt, its columns and classes named. */
  finish(learnt: Learnt): Bytes;
}

/** Of what is not held out, judged on after each epoch, where the recipe has a patience. */
const validationShare = 0.1;
/** So that the split and the first weights are not made of the same numbers. */
const weightStream = 0x77656967;

export async function lessonOf(io: Io, from: NewModelSpec | string, options: LessonOptions): Promise<Lesson> {
  const knowsNothing = typeof from !== 'string' ? 'A new model' : options.newHead ? 'A new head' : null;
  if (knowsNothing && options.recipe.distillation?.weight) {
    throw new UsageError(
      `${knowsNothing} has no answers to be held near.`,
      'Leave "distillation" out of the recipe.',
    );
  }
  if (typeof from !== 'string') {
    const table = await readLabelledTable(io, options, { features: null, labels: null, kind: null });
    requireDifference(table.truth, options.target);
    const parts = partsOf(table, options);
    const learnt = rowsOf(table, parts, 'train');
    const data = { values: learnt.values, columns: table.features.length, target: targetFor(learnt.truth) };
    const file = newModel(from, data, weightRandom(options.recipe.seed));
    const labels = labelsOf(table.truth);
    return build({ file, table, parts, modelInterface: interfaceOf(inspectModel(file), labels) }, options);
  }
  const { data, ...modelOptions } = options;
  const loaded = await load(io, from, modelOptions);
  const expected = expectedBy(loaded);
  const known = options.newHead ? { ...expected, labels: null } : expected;
  const table = await readLabelledTable(io, { ...modelOptions, data }, known);
  if (options.newHead) requireDifference(table.truth, options.target);
  const parts = partsOf(table, options);
  const labels = labelsOf(table.truth);
  if (!options.newHead) {
    return build(
      { file: loaded.file, table, parts, modelInterface: decidedInterface(loaded, labels) },
      options,
    );
  }
  const file = describeModel(withNewHead(loaded, labels, options.recipe.seed), {
    features: table.features,
    labels,
  });
  return build({ file, table, parts, modelInterface: interfaceOf(inspectModel(file), labels) }, options);
}

/** One class is told by nothing. */
function requireDifference(truth: Target, column: string): void {
  if (truth.kind === 'numbers' || truth.labels.length > 1) return;
  throw new HaversackError(
    'InputInvalid',
    `The column "${column}" has one class only, "${truth.labels[0]!}".`,
  );
}

function withNewHead(
  { file, interface: { outputs, decision } }: Loaded,
  labels: string[] | null,
  seed: number,
): Bytes {
  if (!labels)
    throw new UsageError('A new head is for classes; the target holds numbers.', 'Leave out --new-head.');
  const output = decision?.output ?? outputs[0]!.name;
  return replaceHead(trainableGraph(file), output, labels.length, weightRandom(seed)).toBytes();
}

function weightRandom(seed: number): Random {
  return seededRandom((seed ^ weightStream) >>> 0);
}

interface Start {
  readonly file: Bytes;
  readonly table: LabelledTable;
  readonly parts: readonly Part[];
  readonly modelInterface: ModelInterface;
}

function build({ file, table, parts, modelInterface }: Start, { recipe }: LessonOptions): Lesson {
  const model = trainableGraph(file);
  const { truth } = table;
  const output = truth.kind === 'numbers' ? numberOutput(model) : classOutput(model, truth.labels.length);
  const loss = recipe.loss ?? defaultLoss(truth, output.width);
  const samplesOf = (part: Part): SampleSource => {
    const { values, rows, truth } = rowsOf(table, parts, part);
    const target =
      truth.kind === 'numbers'
        ? float32([rows, 1], truth.values)
        : labelTarget(lossOf({ ...recipe, loss }), truth.indices, output.width);
    return inMemory(samplesOfRows(model, values, rows, target));
  };
  return {
    model,
    output: output.name,
    interface: modelInterface,
    loss,
    train: samplesOf('train'),
    validation: parts.includes('validation') ? samplesOf('validation') : null,
    rows: { train: rowsOf(table, parts, 'train'), test: rowsOf(table, parts, 'test') },
    finish: learnt => {
      const trained = trainedFile(file, learnt);
      const known = descriptionOf(file);
      // What the file says already stays: its bytes around the weights do too.
      if (known.features && (known.labels || truth.kind === 'numbers')) return trained;
      return describeModel(trained, { features: table.features, labels: labelsOf(truth) });
    },
  };
}

function defaultLoss(truth: Target, width: number): TrainRecipe['loss'] {
  if (truth.kind === 'numbers') return 'mean-squared-error';
  return width === 1 ? 'binary-cross-entropy' : 'sparse-categorical-cross-entropy';
}

function labelsOf(truth: Target): string[] | null {
  return truth.kind === 'classes' ? [...truth.labels] : null;
}

/** Numbers are split as one class. */
function partsOf(
  { values, features, rows, truth }: LabelledTable,
  { testSize, recipe }: LessonOptions,
): Part[] {
  const width = features.length;
  const keys = Array.from({ length: rows }, (_, row) =>
    rowKey(values.subarray(row * width, (row + 1) * width)),
  );
  const labels = keys.map((_, row) => (truth.kind === 'classes' ? truth.labels[truth.indices[row]!]! : ''));
  return stratifiedSplit(keys, labels, {
    test: testSize,
    ...(recipe.patience !== undefined && { validation: validationShare }),
    seed: recipe.seed,
  });
}

function rowsOf({ values, features, truth }: LabelledTable, parts: readonly Part[], part: Part): Rows {
  const width = features.length;
  const chosen = parts.flatMap((each, row) => (each === part ? [row] : []));
  const own = new Float32Array(chosen.length * width);
  chosen.forEach((row, i) => own.set(values.subarray(row * width, (row + 1) * width), i * width));
  return {
    values: own,
    rows: chosen.length,
    truth:
      truth.kind === 'classes'
        ? { ...truth, indices: Int32Array.from(chosen, row => truth.indices[row]!) }
        : { ...truth, values: Float32Array.from(chosen, row => truth.values[row]!) },
  };
}

function targetFor(truth: Target): { classes: number } | { mean: number; deviation: number } {
  if (truth.kind === 'classes') return { classes: truth.labels.length };
  const numbers = Array.from(truth.values);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length;
  return { mean, deviation: Math.sqrt(variance) || 1 };
}
