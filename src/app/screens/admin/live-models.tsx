// Each model's predictions: how many, how fast, what waits, what is saved by running together or from the cache.
import type { LiveModel } from '../../../core/artifact/live-api.ts';
import { formatNumber, formatShare, formatSignificant } from '../../i18n/format.ts';
import { t } from '../../i18n/live.ts';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { sparkline } from '../../state/admin-live.ts';
import { timeText } from './live-charts.tsx';
import { to } from './section.ts';

export function LiveModels({ models }: { readonly models: readonly LiveModel[] }) {
  if (models.length === 0) return null;
  return (
    <Card title={t('models')}>
      <ul role="list" class="admin-list">
        {models.map(model => (
          <Row key={model.model} of={model} />
        ))}
      </ul>
    </Card>
  );
}

function Row({
  of: { model, now, requests, queue, requestsPerRun, cacheHits, shedPerSecond },
}: {
  readonly of: LiveModel;
}) {
  const facts = [
    now.p50Ms === null ? null : t('modelTimes', { p50: timeText(now.p50Ms), p95: timeText(now.p95Ms) }),
    requestsPerRun === null ? null : t('batches', { n: formatNumber(requestsPerRun, undefined, 1) }),
    cacheHits === null ? null : t('cacheHits', { share: formatShare(cacheHits, 0) }),
  ].filter(fact => fact !== null);
  return (
    <li class="live-model">
      <span class="row">
        <a class="tap" href={to.model(model)}>
          <strong>{model}</strong>
        </a>
        <span class="numbers">{t('modelRate', { rate: formatSignificant(now.requestsPerSecond) })}</span>
        {now.errorsPerSecond > 0 ? (
          <Chip tone="bad" icon="bad">
            {t('modelErrors', { rate: formatSignificant(now.errorsPerSecond) })}
          </Chip>
        ) : null}
        {queue > 0 ? <Chip tone="info">{t('waiting', { n: queue })}</Chip> : null}
        {shedPerSecond > 0 ? (
          <Chip tone="warn" icon="warn">
            {t('shed', { rate: formatSignificant(shedPerSecond) })}
          </Chip>
        ) : null}
      </span>
      <Spark model={model} values={requests} />
      <span class="small soft numbers live-model-facts">{facts.join(' · ')}</span>
    </li>
  );
}

const width = 240;
const height = 36;

function Spark({ model, values }: { readonly model: string; readonly values: readonly number[] }) {
  const most = formatSignificant(Math.max(0, ...values));
  return (
    <svg
      class="live-spark"
      viewBox={`0 -2 ${width} ${height + 4}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t('spark', { model, most })}
    >
      <polyline points={sparkline(values, width, height)} />
    </svg>
  );
}
