// The registry this device belongs to: its key, pinned on first contact, and the last list of models it gave.
import { rootSchema } from '../core/artifact/documents.ts';
import type { ModelSummary } from '../core/artifact/registry-api.ts';
import { type Envelope, openDocument, readDocument } from '../core/artifact/signature.ts';
import { type Failure, HaversackError, toFailure } from '../core/errors.ts';
import type { ModelsAnswer, RegistryClient } from '../client/registry.ts';
import { acceptAlias, aliasKey } from './aliases.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { collectGarbage } from './garbage.ts';
import { readRow } from './rows.ts';
import { type RegistryRow, registrySchema, seenAliasSchema } from './schema.ts';
import { storing } from './storage-error.ts';

const id = 'registry';

/** Null before first contact. */
export async function readRegistry(db: Database): Promise<RegistryRow | null> {
  return readRow(registrySchema, await storing(() => db.get('registry', id)), 'registry');
}

/**
 * Asks the registry who it is. The first answer is pinned; a later one must be signed by the pinned key and not be older.
 * @throws HaversackError `KeyChanged`, `Rollback`, `Offline`
 */
export async function connect(db: Database, client: Pick<RegistryClient, 'root'>): Promise<RegistryRow> {
  const envelope = await client.root();
  const known = await readRegistry(db);
  const row = known ? await checkRoot(envelope, known) : await pinRoot(envelope);
  return storing(async () => {
    const tx = db.transaction('registry', 'readwrite', { durability: 'strict' });
    const now = readRow(registrySchema, await tx.store.get(id), 'registry');
    if (now && now.publicKey !== row.publicKey) throw keyChanged(row.publicKey, now.publicKey);
    const kept: RegistryRow = {
      ...row,
      pinnedAt: now?.pinnedAt ?? row.pinnedAt,
      catalogue: now?.catalogue ?? null,
      catalogueETag: now?.catalogueETag ?? null,
    };
    await tx.store.put(kept);
    await tx.done;
    return kept;
  });
}

async function pinRoot(envelope: Envelope): Promise<RegistryRow> {
  const { keys } = readDocument(envelope, rootSchema);
  const own = keys.find(key => envelope.signatures.some(signature => signature.keyId === key.keyId));
  if (!own) {
    throw new HaversackError('SignatureInvalid', 'the root document is signed by none of the keys it names');
  }
  await openDocument(envelope, rootSchema, own.publicKey);
  const now = new Date().toISOString();
  return {
    id,
    root: envelope,
    publicKey: own.publicKey,
    pinnedAt: now,
    catalogue: null,
    catalogueETag: null,
    contactedAt: now,
  };
}

async function checkRoot(envelope: Envelope, known: RegistryRow): Promise<RegistryRow> {
  const offered = readDocument(envelope, rootSchema);
  const pinned = readDocument(known.root, rootSchema);
  if (!offered.keys.some(key => key.publicKey === known.publicKey)) {
    throw keyChanged(offered.keys[0]!.publicKey, known.publicKey);
  }
  await openDocument(envelope, rootSchema, known.publicKey);
  if (offered.revision < pinned.revision) {
    throw new HaversackError(
      'Rollback',
      `the root is offered at revision ${offered.revision}, seen was ${pinned.revision}`,
    );
  }
  return { ...known, root: envelope, contactedAt: new Date().toISOString() };
}

function keyChanged(got: string, wanted: string): HaversackError {
  return new HaversackError('KeyChanged', `it is ${got}, known is ${wanted}`);
}

export interface Catalogue {
  readonly models: ModelSummary[];
  /** Whether anything in the list differs from the last one. */
  readonly changed: boolean;
  /** Alias documents that were refused; what was known of them before is in `models` instead. */
  readonly refused: readonly Failure[];
}

/**
 * The registry's list of models, asked for only if it changed; kept for when there is no network.
 * @throws HaversackError `Offline`, `Unauthorized`, `KeyChanged`
 */
export async function refreshCatalogue(
  db: Database,
  client: Pick<RegistryClient, 'root' | 'models'>,
  signal?: AbortSignal,
): Promise<Catalogue> {
  const row = (await readRegistry(db)) ?? (await connect(db, client));
  const answer = await askModels(db, client, row, signal);
  if (answer.models === null) {
    await update(db, row.publicKey, {});
    return { models: row.catalogue?.models ?? [], changed: false, refused: [] };
  }
  const refused: Failure[] = [];
  const models = await Promise.all(
    answer.models.map(model => withAcceptedAliases(db, model, row.publicKey, refused)),
  );
  // With a refusal in it, the list is asked for again in full: the registry may have mended itself.
  const catalogueETag = refused.length === 0 ? answer.etag : null;
  await update(db, row.publicKey, { catalogue: { models }, catalogueETag });
  postChange('catalogue');
  return { models, changed: true, refused };
}

/** A list that changed, and a key that is not taken, may mean that another registry answers now: that is said first. */
async function askModels(
  db: Database,
  client: Pick<RegistryClient, 'root' | 'models'>,
  row: RegistryRow,
  signal: AbortSignal | undefined,
): Promise<ModelsAnswer> {
  const etag = row.catalogue ? row.catalogueETag : null;
  try {
    const answer = await client.models({ etag, signal });
    if (answer.models !== null && row.catalogue) await connect(db, client);
    return answer;
  } catch (thrown) {
    if (toFailure(thrown).code === 'Unauthorized') await connect(db, client);
    throw thrown;
  }
}

async function withAcceptedAliases(
  db: Database,
  model: ModelSummary,
  publicKey: string,
  refused: Failure[],
): Promise<ModelSummary> {
  const aliases: Envelope[] = [];
  for (const envelope of model.aliases) {
    try {
      const { alias } = await acceptAlias(db, envelope, publicKey);
      if (alias.model !== model.model) {
        throw new HaversackError(
          'SignatureInvalid',
          `an alias of ${alias.model} among those of ${model.model}`,
        );
      }
      aliases.push(envelope);
    } catch (thrown) {
      refused.push(toFailure(thrown));
      const name = envelope.signed['alias'];
      const seen = typeof name === 'string' ? await seenEnvelope(db, model.model, name) : null;
      if (seen) aliases.push(seen);
    }
  }
  return { ...model, aliases };
}

async function seenEnvelope(db: Database, model: string, alias: string): Promise<Envelope | null> {
  const raw = await storing(() => db.get('aliases', aliasKey(model, alias)));
  return readRow(seenAliasSchema, raw, 'aliases')?.document ?? null;
}

async function update(db: Database, publicKey: string, change: Partial<RegistryRow>): Promise<void> {
  await storing(async () => {
    const tx = db.transaction('registry', 'readwrite');
    const row = readRow(registrySchema, await tx.store.get(id), 'registry');
    // Forgotten or pinned anew meanwhile: then this answer belongs to another registry.
    if (row?.publicKey === publicKey) {
      await tx.store.put({ ...row, ...change, contactedAt: new Date().toISOString() });
    }
    await tx.done;
  });
}

/**
 * Unpins the registry, and lets go of all that it signed: versions, what was active, alias revisions. Samples, candidates,
 * the outbox and this device's key stay. Removes what protects from a rollback: only ever by the user's own wish.
 */
export async function forgetRegistry(db: Database): Promise<void> {
  await storing(async () => {
    const stores = ['registry', 'aliases', 'installed', 'active', 'choices', 'downloads'] as const;
    const tx = db.transaction(stores, 'readwrite', { durability: 'strict' });
    await Promise.all(stores.map(name => tx.objectStore(name).clear()));
    await tx.done;
  });
  await collectGarbage(db);
  postChange('catalogue');
  postChange('installed');
  postChange('active');
  postChange('downloads');
}
