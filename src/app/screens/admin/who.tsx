// Who did something, as the audit names them, in words: the admin key, the registry itself, an access key, a device.
import { t } from '../../i18n/admin.ts';
import { to } from './section.ts';
import { admin } from './session.ts';

export function Who({ who }: { readonly who: string }) {
  if (who === 'admin-key') return <>{t('whoKey')}</>;
  if (who === 'registry') return <>{t('whoRegistry')}</>;
  const device = admin.devices.value.find(({ id }) => id === who);
  if (!device) return <span class="mono">{who.slice(0, 24)}</span>;
  return (
    <a class="tap" href={to.devices(who)}>
      {device.name}
    </a>
  );
}
