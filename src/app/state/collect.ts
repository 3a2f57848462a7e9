// What is made of the samples of other devices: looked at, decided where they contradict each other, learned from.
import type { Digest } from '../../core/artifact/digest.ts';
import type { ReviewState } from '../../core/artifact/inbox-api.ts';
import { labelConflicts, type LabelConflict } from '../../core/data/label-conflicts.ts';
import { toFailure } from '../../core/errors.ts';
import type { CollectedSample } from '../../device/collect.ts';
import { pullInbox, review } from '../../device/inbox.ts';
import { enqueueDocument } from '../../device/outbox.ts';
import { trustedKeys } from '../../device/registry.ts';
import { signSamples } from '../../device/bundles.ts';
import type { InboxSample, Sample } from '../../device/schema.ts';
import { registry } from './connection.ts';
import { errorToast } from './error-toast.ts';
import { need } from './services.ts';

/** What is learned from: one's own, and what was accepted of others. */
export function collected(own: readonly Sample[], others: readonly InboxSample[]): CollectedSample[] {
  const known = new Set(own.map(({ id }) => id));
  return [
    ...own.map(sample => ({ ...sample, device: null })),
    ...others
      .filter(({ id, state }) => state === 'accepted' && !known.has(id))
      .map(({ sample, device, model }) => ({ ...sample, model, device })),
  ];
}

export type CollectedConflict = LabelConflict<CollectedSample>;

/** Among one's own samples and those of others that were not rejected. */
export function conflictsOf(own: readonly Sample[], others: readonly InboxSample[]): CollectedConflict[] {
  const standing = others.map(row => (row.state === 'new' ? { ...row, state: 'accepted' as const } : row));
  // One's own are one's own to remove, in Teach.
  return labelConflicts(collected(own, standing)).filter(({ samples }) =>
    samples.some(({ device }) => device !== null),
  );
}

export async function setState(ids: readonly Digest[], state: ReviewState): Promise<void> {
  try {
    await review(need().db, ids, state);
  } catch (thrown) {
    errorToast(toFailure(thrown));
  }
}

/** Keeps those of a conflict that have this label: the others of other devices are rejected. */
export async function decideConflict({ samples }: CollectedConflict, label: string): Promise<void> {
  const others = samples.filter(({ device }) => device !== null);
  const idsOf = (wanted: boolean) =>
    others.filter(sample => (sample.label === label) === wanted).map(({ id }) => id);
  await setState(idsOf(true), 'accepted');
  await setState(idsOf(false), 'rejected');
}

/** What devices have sent to the registry. @returns how many are new here @throws HaversackError */
export async function fetchInbox(model: string): Promise<number> {
  const { db, client } = need();
  const pinned = registry.value;
  return pinned ? pullInbox(db, client, model, trustedKeys(pinned)) : 0;
}

/** Puts this device's samples into the outbox, for whoever collects at the registry. Only ever by its owner's wish. */
export async function sendSamples(model: string, version: number): Promise<void> {
  const { db, identity } = need();
  for (const { signed } of await signSamples(db, identity, { model, version })) {
    await enqueueDocument(db, 'samples', model, signed, identity, waiting => waiting.model === model);
  }
}
