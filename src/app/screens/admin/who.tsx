// Who did something, as the audit names them, in words: the admin key, the registry itself, an access key, a device.
import { t } from '../../i18n/admin.ts';
import { to } from './section.ts';
import { admin } from './session.ts';

/** How the audit names a key for people and programs: this, and its id. */
const accessKey = 'access-key:';
/** A person whose token an issuer signed: this, and what the issuer calls them. */
const person = 'token:';

export function Who({ who }: { readonly who: string }) {
  if (who === 'admin-key') return <>{t('whoKey')}</>;
  if (who === 'registry') return <>{t('whoRegistry')}</>;
  if (who.startsWith(accessKey)) return <>{t('whoAccessKey', { id: who.slice(accessKey.length) })}</>;
  if (who.startsWith(person)) return <>{t('whoPerson', { id: who.slice(person.length) })}</>;
  const device = admin.devices.value.find(({ id }) => id === who);
  if (!device) return <span class="mono">{who.slice(0, 12)}</span>;
  return (
    <a class="tap" href={to.devices(who)}>
      {device.name}
    </a>
  );
}
