// What there is: models with their versions and variants, read from the signed documents.
import type { Selectable } from 'kysely';
import { type Manifest, manifestSchema, variantSchema } from '../../src/core/artifact/documents.ts';
import {
  type ModelDetail,
  type ModelSummary,
  type Retention,
  retentionSchema,
  type VersionDetail,
  type VersionSummary,
} from '../../src/core/artifact/registry-api.ts';
import { tagSchema } from '../../src/core/artifact/names.ts';
import type { Envelope } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { z } from '../../src/core/zod.ts';
import type { ModelRow as ModelTable, VariantRow, VersionRow as VersionTable } from '../storage/tables.ts';
import { listAliases } from './aliases.ts';
import type { Registry } from './context.ts';
import { contentOf, toEnvelope } from './documents.ts';

type ModelRow = Selectable<ModelTable>;
type VersionRow = Selectable<VersionTable>;

/** By name; versions newest first. */
export async function listModels(registry: Registry): Promise<ModelDetail[]> {
  const { database } = registry;
  const models = await database.selectFrom('models').selectAll().orderBy('name').execute();
  const versions = await database.selectFrom('versions').selectAll().orderBy('version', 'desc').execute();
  const variants = await database.selectFrom('variants').selectAll().orderBy('variant').execute();
  const aliases = await listAliases(registry);
  return models.map(model => summarise(model, versions, variants, aliases.get(model.name) ?? []));
}

/** @throws HaversackError `NotFound` */
export async function readModel(registry: Registry, name: string): Promise<ModelDetail> {
  const { database } = registry;
  const model = await database.selectFrom('models').selectAll().where('name', '=', name).executeTakeFirst();
  if (!model) throw new HaversackError('NotFound', `there is no model ${name}`);
  const versions = await database
    .selectFrom('versions')
    .selectAll()
    .where('model', '=', name)
    .orderBy('version', 'desc')
    .execute();
  const variants = await database
    .selectFrom('variants')
    .selectAll()
    .where('model', '=', name)
    .orderBy('variant')
    .execute();
  const aliases = await listAliases(registry, name);
  return summarise(model, versions, variants, aliases.get(name) ?? []);
}

/** Without what only a page about this one model shows. */
export function summaryOf({ card: _card, retention: _retention, ...summary }: ModelDetail): ModelSummary {
  return summary;
}

/** @throws HaversackError `NotFound` */
export async function readVersion(
  registry: Registry,
  model: string,
  version: number,
): Promise<VersionDetail> {
  const row = await registry.database
    .selectFrom('versions')
    .select(['manifest', 'retired_at', 'collected_at'])
    .where('model', '=', model)
    .where('version', '=', version)
    .executeTakeFirst();
  if (!row) throw new HaversackError('NotFound', `there is no ${model}@${version}`);
  const variants = await registry.database
    .selectFrom('variants')
    .select('document')
    .where('model', '=', model)
    .where('version', '=', version)
    .orderBy('variant')
    .execute();
  const derivations = await registry.database
    .selectFrom('derivations')
    .select(['variant', 'state', 'detail'])
    .where('model', '=', model)
    .where('version', '=', version)
    .orderBy('variant')
    .execute();
  return {
    manifest: toEnvelope(row.manifest),
    variants: variants.map(variant => toEnvelope(variant.document)),
    retiredAt: row.retired_at,
    collectedAt: row.collected_at,
    derivations,
  };
}

function summarise(
  model: ModelRow,
  versions: readonly VersionRow[],
  variants: readonly VariantRow[],
  aliases: readonly Envelope[],
): ModelDetail {
  const own = versions
    .filter(version => version.model === model.name)
    .map(row => ({ row, manifest: contentOf(row.manifest, manifestSchema) }));
  const architectures = new Map(own.map(({ row, manifest }) => [row.version, manifest.architecture]));
  return {
    model: model.name,
    task: own[0]?.manifest.task ?? 'other',
    updatedAt: model.updated_at,
    tags: tagsOf(model),
    aliases: [...aliases],
    versions: own.map(({ row, manifest }) => ({
      ...summariseVersion(
        row,
        manifest,
        variants.filter(variant => variant.model === model.name && variant.version === row.version),
      ),
      newArchitecture:
        manifest.parent !== null && architectures.get(manifest.parent.version) !== manifest.architecture,
    })),
    card: model.card,
    retention: retentionOf(model),
  };
}

function summariseVersion(
  row: VersionRow,
  manifest: Manifest,
  variants: readonly VariantRow[],
): Omit<VersionSummary, 'newArchitecture'> {
  return {
    version: row.version,
    digest: row.digest,
    parent: manifest.parent,
    architecture: manifest.architecture,
    createdAt: manifest.createdAt,
    device: manifest.device,
    candidate: manifest.candidate,
    note: manifest.note,
    evaluations: manifest.evaluations,
    variants: [
      {
        name: manifest.authority.variant,
        bytes: manifest.authority.file.bytes,
        evaluations: manifest.evaluations,
      },
      ...variants.map(variant => {
        const document = contentOf(variant.document, variantSchema);
        return { name: variant.variant, bytes: document.file.bytes, evaluations: document.evaluations };
      }),
    ],
    lacks: lacksOf(manifest),
    retiredAt: row.retired_at,
    collectedAt: row.collected_at,
  };
}

function tagsOf({ tags }: ModelRow): string[] {
  return z.array(tagSchema).parse(JSON.parse(tags));
}

/** How long a model's versions are kept; all of them for ever where nobody said. */
export function retentionOf({ retention }: Pick<ModelRow, 'retention'>): Retention {
  return retention === null
    ? { keepVersions: null, keepDays: null }
    : retentionSchema.parse(JSON.parse(retention));
}

function lacksOf({ artifacts, labels }: Manifest): VersionSummary['lacks'] {
  const lacks: VersionSummary['lacks'] = [];
  if (!artifacts.dataset) lacks.push('dataset');
  if (!artifacts.recorded) lacks.push('recorded');
  if (!artifacts.topology) lacks.push('topology');
  if (!labels) lacks.push('labels');
  return lacks;
}
