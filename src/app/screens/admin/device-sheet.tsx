// One device looked at closely: who it is, what it may do, which groups it is in, and what it runs beside what it should.
import type { DeviceInfo } from '../../../core/artifact/access-api.ts';
import { t } from '../../i18n/admin.ts';
import { formatBytes, formatDate } from '../../i18n/format.ts';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { aliasesOf } from '../../state/admin.ts';
import { formKey } from '../../state/admin-device.ts';
import { standingOf } from '../../state/admin-fleet.ts';
import { DeviceRights } from './device-rights.tsx';
import { ThisDevice } from './devices.tsx';
import { to } from './section.ts';
import { admin } from './session.ts';
import { usePlaces } from './use-places.ts';

const statusNames = {
  pending: 'statusPending',
  approved: 'statusApproved',
  revoked: 'statusRevoked',
} as const;
const tones = { pending: 'warn', approved: 'good', revoked: 'plain' } as const;

export function DeviceSheet({ device }: { readonly device: DeviceInfo }) {
  const { id, name, status, code, createdAt, lastSeenAt, report } = device;
  return (
    <>
      <header class="row">
        <h2>{name}</h2>
        <ThisDevice id={id} />
        <Chip tone={tones[status]}>{t(statusNames[status])}</Chip>
      </header>
      <Card title={t('runs')}>
        <Runs device={device} />
      </Card>
      <Card title={t('rights')}>
        <DeviceRights key={formKey(device)} device={device} />
      </Card>
      <Card title={t('facts')}>
        <dl class="facts">
          <dt>{t('code')}</dt>
          <dd>
            <code class="admin-code">{code}</code>
          </dd>
          <dt>{t('keyId')}</dt>
          <dd class="mono">{id.slice(0, 16)}</dd>
          <dt>{t('askedFirst')}</dt>
          <dd>{formatDate(createdAt)}</dd>
          <dt>{t('lastSeen')}</dt>
          <dd>{lastSeenAt ? formatDate(lastSeenAt) : t('never')}</dd>
          {report ? (
            <>
              <dt>{t('app')}</dt>
              <dd class="mono">{report.app}</dd>
              <dt>{t('storage')}</dt>
              <dd>{storageText(report.storage)}</dd>
            </>
          ) : null}
        </dl>
      </Card>
    </>
  );
}

function storageText(storage: NonNullable<DeviceInfo['report']>['storage']): string {
  if (storage?.usageBytes === null || storage?.usageBytes === undefined) return t('notSaid');
  if (storage.quotaBytes === null) return formatBytes(storage.usageBytes);
  return t('sentOf', { sent: formatBytes(storage.usageBytes), total: formatBytes(storage.quotaBytes) });
}

/** What it said it runs, and whether the alias that devices follow says so too. */
function Runs({ device }: { readonly device: DeviceInfo }) {
  const { report } = device;
  if (report === null) return <p class="soft">{t('neverReported')}</p>;
  if (report.active.length === 0) return <p class="soft">{t('runsNothing')}</p>;
  return (
    <div class="stack-close">
      <ul role="list" class="admin-list">
        {report.active.map(({ model, version, variant, provider }) => (
          <li key={model} class="admin-version">
            <span class="row">
              <a class="tap" href={to.model(model, 'versions', version)}>
                {`${model} ${t('versionShort', { version: String(version) })}`}
              </a>
              <AsSaid device={device} model={model} />
            </span>
            <span class="small soft">{[variant, ...(provider ? [provider] : [])].join(' · ')}</span>
          </li>
        ))}
      </ul>
      {report.update?.outcome === 'rolled-back' ? (
        <p class="small">
          {t('wentBack', {
            model: report.update.model,
            from: String(report.update.from),
            to: String(report.update.to),
            problem: report.update.problem ?? t('noProblemSaid'),
          })}
        </p>
      ) : null}
      <p class="small soft">{t('reportedAt', { when: formatDate(report.createdAt) })}</p>
    </div>
  );
}

function AsSaid({ device, model }: { readonly device: DeviceInfo; readonly model: string }) {
  const places = usePlaces(model);
  const summary = admin.models.value.find(one => one.model === model);
  const production = aliasesOf(summary?.aliases ?? []).find(({ alias }) => alias === 'production');
  if (!production || places.size === 0) return null;
  const standing = standingOf(device, production, places);
  if (standing.kind === 'no-word') return null;
  if (standing.kind === 'as-said') {
    return (
      <Chip tone="good" icon="check">
        {t('asSaid')}
      </Chip>
    );
  }
  return (
    <Chip tone="warn" icon="clock">
      {t('shouldRun', { version: String(standing.wanted) })}
    </Chip>
  );
}
