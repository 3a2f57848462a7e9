// An admin's upload: any ONNX file becomes a version; what nobody said about it is read from the file, or null.
import type { z } from '../../src/core/zod.ts';
import type { pushSchema } from '../../src/core/artifact/registry-api.ts';
import type { Manifest } from '../../src/core/artifact/documents.ts';
import { taskOf } from '../../src/core/artifact/task-of.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { requireChunks } from './chunk-files.ts';
import { type Committed, type CommitOptions, commitVersion } from './commit.ts';
import type { Registry } from './context.ts';
import { derivedFrom } from './derivations.ts';

export interface Pusher {
  readonly who: string;
  /** Null for the admin key, which is no device's. */
  readonly device: string | null;
  /** Asked before the version is made, for what comes before takes its time. @throws HaversackError who may push no more */
  readonly requireStill: () => Promise<void>;
}

/**
 * The first version of a model gets the alias `production`; later ones wait to be promoted.
 * @throws HaversackError `ChunkMissing`, `NotFound` (the parent), `NotOnnx`, `OperatorUnsupported`, `ExternalDataMissing`, `ModelInvalid`
 */
export async function pushVersion(
  registry: Registry,
  model: string,
  push: z.output<typeof pushSchema>,
  { who, device, requireStill }: Pusher,
  sameFile: NonNullable<CommitOptions['sameFile']> = 'one-more',
): Promise<Committed> {
  await requireChunks(registry.blobs, [push.file]);
  const {
    interface: modelInterface,
    labels,
    architecture,
    variant,
  } = await registry.checker.check({
    kind: 'check',
    file: push.file,
    beside: [],
    labels: push.labels,
    interface: push.interface,
    recorded: null,
  });
  await requireStill();
  return commitVersion(
    registry,
    {
      model,
      parent: push.parent === null ? null : await parentOf(registry, model, push.parent),
      task: push.task ?? taskOf(modelInterface),
      interface: modelInterface,
      labels,
      architecture,
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
    {
      who,
      variants: [],
      derive: derivedFrom({ variant, file: push.file }),
      production: 'if-first',
      sameFile,
    },
  );
}

async function parentOf(
  { database }: Registry,
  model: string,
  version: number,
): Promise<NonNullable<Manifest['parent']>> {
  const row = await database
    .selectFrom('versions')
    .select('digest')
    .where('model', '=', model)
    .where('version', '=', version)
    .executeTakeFirst();
  if (!row) throw new HaversackError('NotFound', `the parent ${model}@${version} is not here`);
  return { version, digest: row.digest };
}
