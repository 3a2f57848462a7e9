// What an admin's form changes of a device: nothing else is sent, so that what another admin changed meanwhile stays.
import type { DeviceInfo } from '../../core/artifact/access-api.ts';
import type { deviceChangeSchema } from '../../core/artifact/admission-api.ts';
import type { z } from '../../core/zod.ts';

type DeviceChange = z.input<typeof deviceChangeSchema>;
type Rights = Pick<DeviceInfo, 'role' | 'groups' | 'grants'>;

/**
 * @param device as the form was begun from
 * @param form as it is now
 * @returns what letting it in with the form's rights takes; null where it is in and has them
 */
export function changeOf(device: Rights & Pick<DeviceInfo, 'status'>, form: Rights): DeviceChange | null {
  // Who was shut out keeps nothing that is not given anew.
  if (device.status === 'revoked') return { status: 'approved', ...form };
  const change: DeviceChange = {
    ...(device.status === 'approved' ? {} : { status: 'approved' }),
    ...(form.role === device.role ? {} : { role: form.role }),
    ...(isSame(form.groups, device.groups) ? {} : { groups: form.groups }),
    ...(isSame(form.grants, device.grants) ? {} : { grants: form.grants }),
  };
  return Object.keys(change).length === 0 ? null : change;
}

/** Other where a form that was begun from the device has to begin anew. */
export function formKey({ status, role, groups, grants }: Parameters<typeof changeOf>[0]): string {
  return JSON.stringify([status, role, groups, grants]);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
