// What is said of a device that was let in: what it may by its role, or by grants of its own in the role's place.
import type { DeviceInfo } from '../../../core/artifact/access-api.ts';
import { t } from '../../i18n/admin.ts';
import { grantsInWords } from '../../parts/grant-words.ts';
import { roleNames } from './role-names.ts';

/** Of many grants a note of a line says no more; the device's sheet does. */
const grantsSaid = 2;

/** As the registry says it holds. */
export function letInWords({ name, role, grants }: Pick<DeviceInfo, 'name' | 'role' | 'grants'>): string {
  if (grants) return t('approvedWith', { name, rights: grantsInWords(grants, grantsSaid) });
  return t('approved', { name, role: role === null ? '' : t(roleNames[role]) });
}
