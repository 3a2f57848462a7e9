// A demo version's document: what the recipe says and what was measured, in the form a registry is seeded from.
import type { Digest } from '../src/core/artifact/digest.ts';
import type { Evaluation, Part } from '../src/core/artifact/documents.ts';
import type { ModelInterface } from '../src/core/artifact/interface.ts';
import { packageSchema, type VersionPackage } from '../src/core/artifact/package.ts';
import type { Dataset } from '../src/core/data/dataset.ts';
import { topologyEngine } from '../src/tfjs/topology.ts';
import type { DemoModel, DemoVersion } from './recipes/recipe.ts';

export interface PackageFacts {
  readonly model: DemoModel;
  readonly version: DemoVersion;
  readonly dataset: Dataset;
  /** Of the data set's decoded CSV. */
  readonly digest: Digest;
  readonly modelInterface: ModelInterface;
  readonly evaluations: readonly Evaluation[];
  readonly int8Evaluations: readonly Evaluation[];
  readonly recordedCases: number;
  readonly runtime: string;
}

export function versionPackage(facts: PackageFacts): VersionPackage {
  const { model, version, dataset } = facts;
  const isFirst = version.version === 1;
  const rows = (part: Part) => dataset.parts.filter(each => each === part).length;
  return packageSchema.parse({
    type: 'package',
    formatVersion: 1,
    model: model.model,
    version: version.version,
    parent: isFirst ? null : { version: version.version - 1 },
    task: 'classification',
    interface: facts.modelInterface,
    labels: model.labels,
    evaluations: facts.evaluations,
    recipe: {
      ...version.recipe,
      split: { method: 'stratified', ...model.data.split },
      ...(isFirst && { initializerSeed: model.initializerSeed }),
    },
    data: {
      digest: facts.digest,
      rows: { train: rows('train'), validation: rows('validation'), test: rows('test') },
      added: null,
    },
    createdAt: version.createdAt,
    note: version.note,
    authority: { variant: 'fp32', file: 'model.onnx' },
    variants: [
      {
        variant: 'int8',
        file: 'model.int8.onnx',
        recipe: { kind: 'quantize-weights', bits: 8, perChannel: true },
        runtime: facts.runtime,
        evaluations: facts.int8Evaluations,
      },
    ],
    artifacts: {
      dataset: {
        file: 'dataset.csv.gz',
        mediaType: 'text/csv',
        encoding: 'gzip',
        rows: dataset.rows,
        schema: { features: dataset.features, target: dataset.target, split: dataset.split },
        source: model.data.source,
        licence: model.data.licence,
      },
      recorded: { file: 'recorded.json', mediaType: 'application/json', cases: facts.recordedCases },
      topology: { file: 'topology.json', mediaType: 'application/json', engine: topologyEngine },
    },
  } satisfies Unparsed);
}

type Unparsed = Omit<VersionPackage, 'interface' | 'labels' | 'evaluations' | 'variants'> &
  Record<string, unknown>;
