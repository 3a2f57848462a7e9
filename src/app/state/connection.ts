// Whether the server can be reached, what it takes this device for, and which registry it is.
import { signal } from '@preact/signals';
import type { Caller, EnrolmentAnswer } from '../../core/artifact/access-api.ts';
import type { RegistryRow } from '../../device/schema.ts';

/** What the last request found; null until the first has ended. */
export const online = signal<boolean | null>(null);
/** The pinned registry; null before first contact. */
export const registry = signal<RegistryRow | null>(null);
/** Who the server takes this device for, when it was last asked. */
export const caller = signal<Caller | null>(null);

/** `fetch` that notes whether anything answered. A request that was called off says nothing about the line. */
export const watchedFetch: typeof fetch = async (input, init) => {
  try {
    const response = await fetch(input, init);
    online.value = true;
    return response;
  } catch (thrown) {
    if (!init?.signal?.aborted) online.value = false;
    throw thrown;
  }
};

/** After an enrolment: the same facts, as `GET /me` will say them. */
export function noteDevice(device: EnrolmentAnswer): Caller {
  caller.value = {
    kind: 'device',
    role: device.status === 'approved' ? device.role : null,
    status: device.status,
    openReads: caller.value?.openReads ?? true,
    groups: device.groups,
    ...(device.grants && { grants: device.grants }),
    certificate: device.certificate,
  };
  return caller.value;
}
