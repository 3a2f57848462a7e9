// What the registry lets this device do, in a sentence.
import type { Caller } from '../../../core/artifact/access-api.ts';
import { t } from '../../i18n/settings.ts';

export function roleText(who: Caller | null): string {
  if (!who) return t('roleUnknown');
  if (who.status === 'pending') return t('rolePending');
  if (who.status === 'revoked') return t('roleRevoked');
  return who.role === null || who.kind === 'anonymous' ? t('roleNone') : t(`${who.role}_role`);
}
