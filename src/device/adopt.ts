// What runs without a number gets one: the version that the registry made of it comes here by its documents, for its bytes are
// here. Nothing that answers changes, so no policy holds it back.
import type { Digest } from '../core/artifact/digest.ts';
import { envelopeDigest } from '../core/artifact/signature.ts';
import type { ModelSummary } from '../core/artifact/registry-api.ts';
import { HaversackError } from '../core/errors.ts';
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { keptVariant, listActive } from './library.ts';
import { candidateOf } from './needs.ts';
import { type PullOptions, pullVersion } from './pull.ts';
import { readRow } from './rows.ts';
import {
  activeSchema,
  candidateRowSchema,
  type Installed,
  type RunningUnnumbered,
  type RunningVersion,
} from './schema.ts';
import { storing } from './storage-error.ts';

export type AdoptOptions = Pick<PullOptions, 'db' | 'client' | 'signal'>;

/**
 * Of the candidate that runs, its version; or, where it came after the one that founded the model, the version that it was
 * made from, in whose place it runs from then on. Nothing happens while the registry has neither.
 * @throws HaversackError as `pullVersion`; `SignatureInvalid` where the version is not the one that is meant
 */
export async function adopt(
  options: AdoptOptions,
  models: readonly ModelSummary[],
  running: RunningUnnumbered,
): Promise<void> {
  const { db, client, signal } = options;
  const { model } = running;
  const meant = await versionMeant(db, models, running);
  if (!meant) return;
  const installed = await pullVersion({ db, client, model, version: meant.version, signal });
  await requireMeant(installed, meant, running);
  await putNumber(db, running, installed, meant.becomes);
}

/** Whether one that runs was sent, and its number is not taken down yet. */
export async function hasNumberToAdopt(db: Database): Promise<boolean> {
  for (const { version, candidate } of await listActive(db)) {
    if (version !== null) continue;
    const row = readRow(
      candidateRowSchema,
      await storing(() => db.get('candidates', candidate)),
      'candidates',
    );
    if (row?.receipt) return true;
  }
  return false;
}

interface Meant {
  readonly version: number;
  /** Of its manifest. */
  readonly digest: Digest;
  /** Whether the candidate has become it; else it was made from it. */
  readonly becomes: boolean;
}

async function versionMeant(
  db: Database,
  models: readonly ModelSummary[],
  { model, candidate }: RunningUnnumbered,
): Promise<Meant | null> {
  const row = readRow(candidateRowSchema, await storing(() => db.get('candidates', candidate)), 'candidates');
  const parent = row && candidateOf(row).parent;
  if (parent) return { ...parent, becomes: false };
  const summary = models.find(each => each.model === model);
  const made = summary?.versions.find(each => each.candidate === candidate && each.collectedAt === null);
  return made ? { version: made.version, digest: made.digest, becomes: true } : null;
}

/** The list of models is nobody's signed word. */
async function requireMeant(
  { manifest, model, version }: Installed,
  { digest, becomes }: Meant,
  { candidate }: RunningUnnumbered,
): Promise<void> {
  const isMeant = (await envelopeDigest(manifest)) === digest;
  if (isMeant && (!becomes || manifest.signed['candidate'] === candidate)) return;
  throw new HaversackError(
    'SignatureInvalid',
    `${model}@${version} was not made of ${candidate.slice(0, 12)}, which runs here`,
  );
}

async function putNumber(
  db: Database,
  running: RunningUnnumbered,
  installed: Installed,
  becomes: boolean,
): Promise<void> {
  const { model, candidate, follows } = running;
  await storing(async () => {
    const tx = db.transaction('active', 'readwrite', { durability: 'strict' });
    const now = readRow(activeSchema, await tx.store.get(model), 'active');
    // Another was chosen meanwhile.
    if (now?.version === null && now.candidate === candidate) {
      const { version } = installed;
      const variant = keptVariant(installed, running)!;
      const next: RunningVersion = {
        model,
        version,
        variant,
        previous: null,
        follows,
        candidate: becomes ? null : candidate,
      };
      await tx.store.put(next);
    }
    await tx.done;
  });
  postChange('active', model);
}
