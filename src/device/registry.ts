// The registry this device belongs to: its key, pinned on first contact, and the last list of models it gave.
import { type Root, rootSchema } from '../core/artifact/documents.ts';
import type { ModelSummary } from '../core/artifact/registry-api.ts';
import { followRoot, keysOf, openFirstRoot, type OpenedRoot } from '../core/artifact/root-chain.ts';
import { type Envelope, readDocument } from '../core/artifact/signature.ts';
import { type Failure, HaversackError, toFailure } from '../core/errors.ts';
import type { ModelsAnswer, RegistryClient } from '../client/registry.ts';
import { acceptAlias, aliasKey } from './aliases.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { collectGarbage } from './garbage.ts';
import { readRow, readRows } from './rows.ts';
import { activeSchema, type RegistryRow, registrySchema, seenAliasSchema } from './schema.ts';
import { storing } from './storage-error.ts';

const id = 'registry';

/** Null before first contact. */
export async function readRegistry(db: Database): Promise<RegistryRow | null> {
  return readRow(registrySchema, await storing(() => db.get('registry', id)), 'registry');
}

/** The public keys whose documents are believed: the registry's own now, and those before it that its root still names. */
export function trustedKeys({ root }: Pick<RegistryRow, 'root'>): string[] {
  return keysOf(readDocument(root, rootSchema));
}

type RootClient = Pick<RegistryClient, 'root'>;

/**
 * Asks the registry who it is. The first answer is pinned; a later one must be signed by a key that is pinned, over every
 * revision in between, and not be older.
 * @param keyId the key that it must have, where somebody said so
 * @throws HaversackError `KeyChanged`, `SignatureInvalid`, `Rollback`, `Offline`
 */
export async function connect(db: Database, client: RootClient, keyId?: string): Promise<RegistryRow> {
  const offered = await client.root();
  const known = await readRegistry(db);
  const opened = known ? await follow(known, offered, client) : await openFirstRoot(offered);
  requireKey(opened.root, keyId);
  return storing(async () => {
    const tx = db.transaction('registry', 'readwrite', { durability: 'strict' });
    const now = readRow(registrySchema, await tx.store.get(id), 'registry');
    const kept = merge(now, known, opened);
    await tx.store.put(kept);
    await tx.done;
    return kept;
  });
}

function follow({ root }: RegistryRow, offered: Envelope, client: RootClient): Promise<OpenedRoot> {
  const known = { envelope: root, root: readDocument(root, rootSchema) };
  return followRoot(known, offered, revision => client.root(revision));
}

function requireKey({ keys }: Root, keyId: string | undefined): void {
  if (keyId === undefined || keys.some(key => key.keyId === keyId)) return;
  throw new HaversackError('KeyChanged', `its key is ${keys[0]!.keyId}, wanted ${keyId}`);
}

/** Another tab may have pinned one meanwhile, or followed it further: that stays. */
function merge(now: RegistryRow | null, known: RegistryRow | null, opened: OpenedRoot): RegistryRow {
  const contactedAt = new Date().toISOString();
  const { root } = opened;
  const ours = { root: opened.envelope, publicKey: root.keys[0]!.publicKey, contactedAt };
  if (!now) return { id, pinnedAt: contactedAt, catalogue: null, catalogueETag: null, ...ours };
  const isTheOneFollowed = known?.publicKey === now.publicKey;
  if (!isTheOneFollowed && !trustedKeys(now).some(key => keysOf(root).includes(key))) {
    if (known) return now;
    throw new HaversackError('KeyChanged', `it is ${ours.publicKey}, known is ${now.publicKey}`);
  }
  const isFurther = readDocument(now.root, rootSchema).revision >= root.revision;
  return isFurther ? { ...now, contactedAt } : { ...now, ...ours };
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
  const { answer, row } = await askModels(db, client, signal);
  if (answer.models === null) {
    await update(db, row, {});
    return { models: row.catalogue?.models ?? [], changed: false, refused: [] };
  }
  const refused: Failure[] = [];
  const keys = trustedKeys(row);
  const models = await Promise.all(answer.models.map(model => withAcceptedAliases(db, model, keys, refused)));
  // With a refusal in it, the list is asked for again in full: the registry may have mended itself.
  const catalogueETag = refused.length === 0 ? answer.etag : null;
  await update(db, row, { catalogue: { models }, catalogueETag });
  postChange('catalogue');
  return { models, changed: true, refused };
}

/**
 * A list that changed, and a key that is not taken, may mean that the registry has a new key, or that another one answers
 * now: that is found out first.
 */
async function askModels(
  db: Database,
  client: Pick<RegistryClient, 'root' | 'models'>,
  signal: AbortSignal | undefined,
): Promise<{ answer: ModelsAnswer; row: RegistryRow }> {
  const known = await readRegistry(db);
  const row = known ?? (await connect(db, client));
  const etag = row.catalogue ? row.catalogueETag : null;
  try {
    const answer = await client.models({ etag, signal });
    return { answer, row: answer.models !== null && known ? await connect(db, client) : row };
  } catch (thrown) {
    if (toFailure(thrown).code === 'Unauthorized') await connect(db, client);
    throw thrown;
  }
}

async function withAcceptedAliases(
  db: Database,
  model: ModelSummary,
  keys: readonly string[],
  refused: Failure[],
): Promise<ModelSummary> {
  const aliases: Envelope[] = [];
  for (const envelope of model.aliases) {
    try {
      const { alias } = await acceptAlias(db, envelope, keys);
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

async function update(db: Database, { publicKey }: RegistryRow, change: Partial<RegistryRow>): Promise<void> {
  await storing(async () => {
    const tx = db.transaction('registry', 'readwrite');
    const row = readRow(registrySchema, await tx.store.get(id), 'registry');
    // Forgotten or pinned anew meanwhile: then this answer belongs to another registry.
    if (row && trustedKeys(row).includes(publicKey)) {
      await tx.store.put({ ...row, ...change, contactedAt: new Date().toISOString() });
    }
    await tx.done;
  });
}

/**
 * Unpins the registry, and lets go of all that it signed: versions, what was active, alias revisions, its word on other
 * devices and on this one. Samples, candidates, what runs of them without a version of the registry's,
 * the outbox and this device's key stay. Removes what protects from a rollback: only ever by the user's own wish.
 */
export async function forgetRegistry(db: Database): Promise<void> {
  await storing(async () => {
    const stores = ['registry', 'aliases', 'installed', 'active', 'choices', 'downloads', 'peers'] as const;
    const tx = db.transaction(stores, 'readwrite', { durability: 'strict' });
    const active = readRows(activeSchema, await tx.objectStore('active').getAll(), 'active');
    await Promise.all(stores.map(name => tx.objectStore(name).clear()));
    for (const row of active) {
      if (row.version === null) await tx.objectStore('active').put({ ...row, previous: null });
    }
    await tx.done;
  });
  await collectGarbage(db);
  postChange('catalogue');
  postChange('installed');
  postChange('active');
  postChange('downloads');
  postChange('peers');
}
