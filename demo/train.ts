// Trains the demo models from the data and writes each version as a package. The same data and recipes give the same
// bytes on the same machine.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sequential } from '@tensorflow/tfjs-layers';
import { type Bytes, type Digest, sha256 } from '../src/core/artifact/digest.ts';
import { packageDocumentName } from '../src/core/artifact/package.ts';
import { type Dataset, datasetRows, writeDataset } from '../src/core/data/dataset.ts';
import { gzip } from '../src/core/gzip.ts';
import { rowKey, stratifiedSplit } from '../src/core/data/split.ts';
import { numbersOf, parseTable } from '../src/core/data/table.ts';
import { patchInitializers } from '../src/core/onnx/patch.ts';
import { quantizeWeights } from '../src/core/passes/quantize-weights.ts';
import { createTfjsEngine, type TfjsEngine } from '../src/tfjs/engine.ts';
import { toOnnx } from '../src/tfjs/to-onnx.ts';
import type { Topology } from '../src/tfjs/topology.ts';
import { runtimeName } from '../server/inference/runtime-name.ts';
import { evaluateParts } from './evaluate.ts';
import { type PackageFacts, versionPackage } from './package.ts';
import { recordCases } from './record.ts';
import { digits } from './recipes/digits.ts';
import { iris } from './recipes/iris.ts';
import type { DemoModel, DemoVersion } from './recipes/recipe.ts';

export const demoModels: readonly DemoModel[] = [iris, digits];

export interface Prepared {
  readonly dataset: Dataset;
  readonly csv: Bytes;
  readonly digest: Digest;
}

/** A version's file and the topology it is trained on from. */
export interface Ancestor {
  readonly file: Bytes;
  readonly topology: Topology;
}

/** Writes `folder`/MODEL/VERSION for every demo model, or for those named. */
export async function trainDemo(
  demoFolder: string,
  folder: string,
  names: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  const engine = await createTfjsEngine(['cpu']);
  for (const model of demoModels) {
    if (names.length > 0 && !names.includes(model.model)) continue;
    const prepared = await prepare(model, demoFolder);
    let ancestor = await initial(model, prepared.dataset);
    for (const version of model.versions) {
      const file = await trainVersion(engine, model, version, prepared.dataset, ancestor, log);
      ancestor = { ...ancestor, file };
      await writeVersion(
        join(folder, model.model, String(version.version)),
        model,
        version,
        prepared,
        ancestor,
      );
    }
  }
}

/** The data with its permanent split. */
export async function prepare(model: DemoModel, demoFolder: string): Promise<Prepared> {
  const { file, features, target, split } = model.data;
  const table = parseTable(await readFile(join(demoFolder, 'data', file), 'utf8'));
  const values = numbersOf(table, features);
  const position = table.columns.indexOf(target);
  const labels = table.rows.map(row => row[position]!);
  const keys = labels.map((_, row) =>
    rowKey(values.subarray(row * features.length, (row + 1) * features.length)),
  );
  const dataset: Dataset = {
    features: [...features],
    target,
    split: 'part',
    rows: labels.length,
    values,
    labels,
    parts: stratifiedSplit(keys, labels, split),
  };
  const csv = new TextEncoder().encode(writeDataset(dataset));
  return { dataset, csv, digest: await sha256(csv) };
}

/** The untrained model, from which version 1 is trained as any version is from its parent. */
export async function initial(model: DemoModel, dataset: Dataset): Promise<Ancestor> {
  const train = datasetRows(dataset, 'train', model.labels);
  const network = sequential({ name: model.model, layers: model.layers() });
  const converted = await toOnnx(network, {
    name: model.model,
    inputName: model.inputName,
    outputName: 'probabilities',
    preprocessing: model.preprocessing(train.features, dataset.features.length),
    head: model.head,
  });
  network.dispose();
  return converted;
}

/** The new version's file. */
export async function trainVersion(
  engine: TfjsEngine,
  model: DemoModel,
  { version, recipe }: DemoVersion,
  dataset: Dataset,
  ancestor: Ancestor,
  log: (line: string) => void,
): Promise<Bytes> {
  const validation = datasetRows(dataset, 'validation', model.labels);
  let epoch = 0;
  const trained = await engine.train(
    {
      topology: ancestor.topology,
      model: ancestor.file,
      classes: model.labels.length,
      train: datasetRows(dataset, 'train', model.labels),
      validation: validation.rows > 0 ? validation : null,
      recipe,
    },
    { checkpoint: () => Promise.resolve() },
    progress => {
      const isEnd = progress.step === (progress.steps / progress.epochs) * progress.epoch;
      if (!isEnd || progress.epoch < epoch + Math.ceil(progress.epochs / 10)) return;
      epoch = progress.epoch;
      const validated = progress.validationAccuracy?.toFixed(4) ?? '–';
      log(
        `${model.model} ${version}: epoch ${epoch} of ${progress.epochs}, loss ${progress.loss.toFixed(4)}, ` +
          `accuracy ${progress.accuracy.toFixed(4)}, validation ${validated}`,
      );
    },
  );
  return patchInitializers(ancestor.file, trained.weights);
}

async function writeVersion(
  folder: string,
  model: DemoModel,
  version: DemoVersion,
  { dataset, csv, digest }: Prepared,
  { file, topology }: Ancestor,
): Promise<void> {
  const int8 = quantizeWeights(file, { perChannel: true });
  const modelInterface = model.interface(dataset);
  const judge = (variant: Bytes) => evaluateParts(variant, modelInterface, model.labels, dataset, digest);
  const recorded = await recordCases(file, modelInterface, model.labels, dataset);
  const facts: PackageFacts = {
    model,
    version,
    dataset,
    digest,
    modelInterface,
    evaluations: await judge(file),
    int8Evaluations: await judge(int8),
    recordedCases: recorded.cases.length,
    runtime: runtimeName(),
  };
  const files: Record<string, Bytes | string> = {
    'model.onnx': file,
    'model.int8.onnx': int8,
    'dataset.csv.gz': gzip(csv),
    'recorded.json': json(recorded),
    'topology.json': json(topology),
    [packageDocumentName]: json(versionPackage(facts)),
  };
  // A new folder takes the place of the old one whole, so that none is half of each.
  const next = `${folder}.new`;
  await rm(next, { recursive: true, force: true });
  await mkdir(next, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(next, name), content);
  await rm(folder, { recursive: true, force: true });
  await rename(next, folder);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}
