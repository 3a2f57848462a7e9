// Asking to be let in, and forgetting the registry.
import { toFailure } from '../../core/errors.ts';
import type { Result } from '../../core/result.ts';
import { fail, ok } from '../../core/result.ts';
import { connect, forgetRegistry } from '../../device/registry.ts';
import { refresh } from './catalogue.ts';
import { caller, noteDevice, registry } from './connection.ts';
import { need } from './services.ts';

/** Sends this device's public key and name; asked again, it only learns how that stands. */
export async function askToBeLetIn(name: string): Promise<Result<{ readonly code: string }>> {
  const { db, client, identity } = need();
  try {
    registry.value = await connect(db, client);
    const device = await client.enrol({ publicKey: identity.publicKey, name });
    noteDevice(device);
    return ok({ code: device.code });
  } catch (thrown) {
    return fail(toFailure(thrown));
  }
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
