// Other devices as this one knows them: what they are called, what they sent, and what of theirs runs here.
import { signal } from '@preact/signals';
import { deviceCode } from '../../core/artifact/device-code.ts';
import type { Digest } from '../../core/artifact/digest.ts';
import type { DeviceCertificate } from '../../core/artifact/documents.ts';
import { toFailure } from '../../core/errors.ts';
import { runCandidate, stopCandidate } from '../../device/run-candidate.ts';
import { listInbox } from '../../device/inbox.ts';
import { listPeers } from '../../device/peers.ts';
import type { InboxSample } from '../../device/schema.ts';
import { t } from '../i18n/common.ts';
import { candidates } from './candidates.ts';
import { errorToast } from './error-toast.ts';
import { need, type Services } from './services.ts';

/** Of all models. */
export const inbox = signal<readonly InboxSample[]>([]);
/** What the registry says of devices, by the id of their keys. */
export const peers = signal<ReadonlyMap<string, DeviceCertificate>>(new Map());

export async function loadInbox({ db }: Services): Promise<void> {
  inbox.value = await listInbox(db);
}

export async function loadPeers({ db }: Services): Promise<void> {
  peers.value = await listPeers(db);
}

/** How people call it, with its code where two are called the same; null: this device. */
export function deviceName(device: string | null): string {
  if (device === null) return t('thisDevice');
  const name = peers.value.get(device)?.name;
  if (name === undefined) return deviceCode(device);
  const isShared = [...peers.value.values()].filter(peer => peer.name === name).length > 1;
  return isShared ? `${name} (${deviceCode(device)})` : name;
}

/** Who taught a candidate. */
export function madeBy(candidate: Digest): string {
  return deviceName(candidates.value.find(({ digest }) => digest === candidate)?.from ?? null);
}

/** Uses a candidate before the registry has given it a number. */
export async function useNow(candidate: Digest): Promise<boolean> {
  try {
    await runCandidate(need().db, candidate);
    return true;
  } catch (thrown) {
    errorToast(toFailure(thrown));
    return false;
  }
}

/** Back to the version that it was made from. */
export async function backToVersion(model: string): Promise<void> {
  try {
    await stopCandidate(need().db, model);
  } catch (thrown) {
    errorToast(toFailure(thrown));
  }
}
