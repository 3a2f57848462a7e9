// What a device may, in words: by its role, or by grants of its own in the role's place.
import type { DeviceInfo } from '../../../core/artifact/access-api.ts';
import { t } from '../../i18n/admin.ts';
import { grantsInWords } from '../../parts/grant-words.ts';
import { roleNames } from './role-names.ts';

/** As the registry says it holds. */
export function mayInWords({ role, grants }: Pick<DeviceInfo, 'role' | 'grants'>): string {
  if (grants) return grantsInWords(grants);
  return role === null ? '' : t(roleNames[role]);
}
