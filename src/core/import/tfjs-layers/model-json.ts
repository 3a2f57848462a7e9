// A layers model's `model.json` (tfjs-core 4.22, src/io/types.ts, ModelJSON): the topology and where the weights are.
import { HaversackError } from '../../errors.ts';
import { z } from '../../zod.ts';
import type { ImportFile } from '../imported.ts';
import { jsonOf } from '../json-of.ts';
import { type WeightsManifest, weightsManifestSchema } from '../tfjs-weights.ts';
import { type ModelTopology, parseModelTopology } from './model-topology.ts';

const modelJsonSchema = z.looseObject({
  modelTopology: z.unknown().optional(),
  weightsManifest: weightsManifestSchema.default([]),
});

export interface LayersModelFile {
  readonly topology: ModelTopology;
  readonly manifest: WeightsManifest;
}

/** @throws HaversackError `ImportImpossible` with the place in the file */
export function readModelJson(file: ImportFile): LayersModelFile {
  const parsed = modelJsonSchema.safeParse(jsonOf(file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new HaversackError(
      'ImportImpossible',
      `${file.path}, ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    );
  }
  return {
    topology: parseModelTopology(parsed.data.modelTopology),
    manifest: parsed.data.weightsManifest,
  };
}
