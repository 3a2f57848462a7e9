// Who was turned away for asking too much, by which limit, and until when.
import type { LiveLimited } from '../../../core/artifact/live-api.ts';
import { formatMoment } from '../../i18n/format.ts';
import { t } from '../../i18n/live.ts';
import { Card } from '../../parts/card.tsx';
import { Who } from './who.tsx';

export function LiveLimits({ limited }: { readonly limited: readonly LiveLimited[] }) {
  return (
    <Card title={t('limited')}>
      {limited.length === 0 ? (
        <p class="soft">{t('limitedNone')}</p>
      ) : (
        <ul role="list" class="admin-list">
          {limited.map(({ subject, policy, limit, refused, until }) => (
            <li key={`${subject} ${policy}`} class="admin-version">
              <strong>
                <Subject subject={subject} />
              </strong>
              <span class="small soft numbers">
                {[
                  t(policy, { limit }),
                  t('refused', { n: refused }),
                  t('until', { when: formatMoment(until) }),
                ].join(' · ')}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Subject({ subject }: { readonly subject: string }) {
  const [kind, name] = splitOnce(subject);
  switch (kind) {
    case 'model':
      return <>{t('wholeModel', { model: name })}</>;
    case 'address':
      return <>{t('address', { address: name })}</>;
    case 'device':
      return <Who who={name} />;
    default:
      return <Who who={subject} />;
  }
}

function splitOnce(subject: string): [string, string] {
  const at = subject.indexOf(':');
  return at === -1 ? [subject, ''] : [subject.slice(0, at), subject.slice(at + 1)];
}
