// Asking to be let in, coming in by a code, and forgetting the registry.
import { toFailure } from '../../core/errors.ts';
import type { Result } from '../../core/result.ts';
import { fail, ok } from '../../core/result.ts';
import type { Caller, EnrolmentAnswer } from '../../core/artifact/access-api.ts';
import { postChange } from '../../device/changes.ts';
import { keepCertificate } from '../../device/peers.ts';
import { connect, forgetRegistry, trustedKeys } from '../../device/registry.ts';
import { refresh } from './catalogue.ts';
import { caller, noteDevice, registry } from './connection.ts';
import { suggestedName } from './device-name.ts';
import { need } from './services.ts';
import { settings } from './settings.ts';

/** Sends this device's public key and name; asked again, it only learns how that stands. */
export async function askToBeLetIn(): Promise<Result<{ readonly code: string }>> {
  try {
    await enrol({});
    return ok({ code: need().identity.code });
  } catch (thrown) {
    return fail(toFailure(thrown));
  }
}

/**
 * Comes in by a one-time code.
 * @param keyId of the registry that the code is of, where it came with it: no other gets to see it
 */
export async function join(code: string, keyId?: string): Promise<Result<Caller>> {
  try {
    return ok(await enrol({ code }, keyId));
  } catch (thrown) {
    return fail(toFailure(thrown));
  }
}

async function enrol(by: { readonly code?: string }, keyId?: string): Promise<Caller> {
  const { db, client, identity } = need();
  const pinned = await connect(db, client, keyId);
  registry.value = pinned;
  const answer: EnrolmentAnswer = await client.enrol({
    publicKey: identity.publicKey,
    name: ownName(),
    ...by,
  });
  if (answer.certificate) await keepCertificate(db, answer.certificate, trustedKeys(pinned));
  // What waited to be let in may go now.
  if (answer.status === 'approved') postChange('outbox');
  return noteDevice(answer);
}

/** What its owner calls it, else what it looks like. */
function ownName(): string {
  return settings.value?.deviceName.trim() || suggestedName();
}

/** Only ever by the user's own wish: it removes what protects from a rollback. */
export async function forget(): Promise<Result<null>> {
  try {
    await forgetRegistry(need().db);
    registry.value = null;
    caller.value = null;
    refresh();
    return ok(null);
  } catch (thrown) {
    return fail(toFailure(thrown));
  }
}
