// How many devices run which version, by their own reports, as one bar and as words.
import type { Alias } from '../../../core/artifact/documents.ts';
import type { DeviceInfo } from '../../../core/artifact/access-api.ts';
import { t } from '../../i18n/admin.ts';
import { fleetOf, standingOf } from '../../state/admin-fleet.ts';
import { to } from './section.ts';
import { admin } from './session.ts';
import { usePlaces } from './use-places.ts';

interface Segment {
  readonly key: string;
  /** What it is to the alias. */
  readonly kind: 'meant' | 'rest' | 'others' | 'without' | 'silent';
  readonly label: string;
  /** Where its devices are listed. */
  readonly href?: string;
  readonly count: number;
}

export function FleetBar({ model, alias }: { readonly model: string; readonly alias: Alias }) {
  const devices = admin.devices.value;
  const places = usePlaces(model);
  const segments = segmentsOf(devices, model, alias);
  const all = segments.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return <p class="soft">{t('fleetNone')}</p>;
  const behind = devices.filter(
    device => device.status === 'approved' && standingOf(device, alias, places).kind === 'behind',
  ).length;
  return (
    <section class="stack-close" aria-label={t('fleet')}>
      <h3>{t('fleet')}</h3>
      <div class="fleet-bar" aria-hidden="true">
        {segments.map(({ key, kind, count }) => (
          <svg key={key} class={`fleet-part ${kind}`} width={`${(count / all) * 100}%`} height="100%">
            <rect width="100%" height="100%" />
          </svg>
        ))}
      </div>
      <ul role="list" class="fleet-legend numbers">
        {segments.map(({ key, kind, label, href, count }) => (
          <li key={key}>
            <span class={`fleet-key ${kind}`} aria-hidden="true" />
            {href === undefined ? (
              <span>{label}</span>
            ) : (
              <a class="tap" href={href}>
                {label}
              </a>
            )}
            <strong>{count}</strong>
          </li>
        ))}
      </ul>
      {behind > 0 ? <p class="small">{t('behind', { n: behind })}</p> : null}
    </section>
  );
}

function segmentsOf(devices: readonly DeviceInfo[], model: string, alias: Alias): Segment[] {
  const { shares, without, silent } = fleetOf(devices, model);
  const running = shares.map(({ version, devices: { length } }): Segment => ({
    key: String(version),
    kind: version === alias.version ? 'meant' : version === alias.otherwise?.version ? 'rest' : 'others',
    label: t('version', { version: String(version) }),
    href: to.devicesThat(`${model}@${version}`),
    count: length,
  }));
  const others: Segment[] = [
    { key: 'without', kind: 'without', label: t('fleetWithout'), count: without.length },
    { key: 'silent', kind: 'silent', label: t('fleetSilent'), count: silent.length },
  ];
  return [...running, ...others.filter(({ count }) => count > 0)];
}
