// An admin's upload: any ONNX file becomes a version; what nobody said about it is read from the file, or null.
import type { z } from '../../src/core/zod.ts';
import type { Datatype } from '../../src/core/datatype.ts';
import type { ModelInterface } from '../../src/core/artifact/interface.ts';
import type { pushSchema } from '../../src/core/artifact/registry-api.ts';
import type { Manifest } from '../../src/core/artifact/documents.ts';
import { architectureDigest } from '../../src/core/onnx/architecture.ts';
import { interfaceOf } from '../../src/core/onnx/interface.ts';
import { type TensorLocation, tensorLayout } from '../../src/core/onnx/layout.ts';
import { checkRuns, inspectFile } from './check.ts';
import { readFileRef, requireChunks } from './chunk-files.ts';
import { type Committed, commitVersion } from './commit.ts';
import type { Registry } from './context.ts';
import { derivedFrom } from './derive.ts';

export interface Pusher {
  readonly who: string;
  /** Null for the admin key, which is no device's. */
  readonly device: string | null;
}

/**
 * The first version of a model gets the alias `production`; later ones wait to be promoted.
 * @throws HaversackError `ChunkMissing`, `NotOnnx`, `OperatorUnsupported`, `ExternalDataMissing`, `ModelInvalid`
 */
export async function pushVersion(
  registry: Registry,
  model: string,
  push: z.output<typeof pushSchema>,
  { who, device }: Pusher,
): Promise<Committed> {
  await requireChunks(registry.blobs, [push.file]);
  const file = await readFileRef(registry.blobs, push.file);
  const inspection = inspectFile(file);
  const modelInterface = push.interface ?? interfaceOf(inspection, push.labels);
  await checkRuns(registry, file, { interface: modelInterface, labels: push.labels, recorded: null });
  const variant = variantNameOf(tensorLayout(file));
  return commitVersion(
    registry,
    {
      model,
      parent: null,
      task: push.task ?? taskOf(modelInterface),
      interface: modelInterface,
      labels: push.labels,
      architecture: await architectureDigest(file),
      evaluations: push.evaluations,
      recipe: push.recipe,
      data: null,
      createdAt: registry.now().toISOString(),
      device,
      authority: { variant, file: push.file },
      artifacts: { dataset: null, recorded: null, topology: null },
      note: push.note,
      candidate: null,
    },
    { who, variants: [], derive: derivedFrom(variant), production: 'if-first' },
  );
}

/** What most of the weights' bytes are; `original` where that is no plain float. */
export function variantNameOf(layout: readonly TensorLocation[]): string {
  const bytes = new Map<Datatype | null, number>();
  for (const each of layout) bytes.set(each.datatype, (bytes.get(each.datatype) ?? 0) + each.bytes);
  const [most] = [...bytes].sort((a, b) => b[1] - a[1]);
  switch (most?.[0]) {
    case undefined:
    case 'FP32':
      return 'fp32';
    case 'FP16':
      return 'fp16';
    default:
      return 'original';
  }
}

function taskOf({ decision }: ModelInterface): Manifest['task'] {
  if (!decision) return 'other';
  return decision.kind === 'value' ? 'regression' : 'classification';
}
