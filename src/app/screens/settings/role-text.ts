// What the registry lets this device do, in a sentence.
import type { Caller } from '../../../core/artifact/access-api.ts';
import { differFromRole } from '../../../core/artifact/own-grants.ts';
import { t } from '../../i18n/settings.ts';
import { grantsInWords } from '../../parts/grant-words.ts';

export function roleText(who: Caller | null): string {
  if (!who) return t('roleUnknown');
  if (who.status === 'pending') return t('rolePending');
  if (who.status === 'revoked') return t('roleRevoked');
  if (who.kind === 'device' && who.grants && differFromRole(who.grants, who.role)) {
    return t('ownRights', { rights: grantsInWords(who.grants) });
  }
  return who.role === null || who.kind === 'anonymous' ? t('roleNone') : t(`${who.role}_role`);
}
