// Settings: what this device answers other applications, whom, and who asked.
import { useEffect, useState } from 'preact/hooks';
import type { Policy } from '../../../core/protocol/twin-messages.ts';
import { t } from '../../i18n/answers.ts';
import { formatMoment, formatNumber } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Note } from '../../parts/note.tsx';
import { Select } from '../../parts/select.tsx';
import { Table } from '../../parts/table.tsx';
import { changeSettings, settings } from '../../state/settings.ts';
import { type Asker, forgetAskers, onAsked, readAskers } from '../../twin/asked.ts';
import { embedders } from '../../twin/embedders.ts';

const policyTexts = {
  'remote-first': ['remoteFirst', 'remoteFirstHint'],
  'local-first': ['localFirst', 'localFirstHint'],
  'local-only': ['localOnly', 'localOnlyHint'],
} as const satisfies Record<Policy, readonly [string, string]>;

export function Answers() {
  const stored = settings.value;
  if (!stored) return null;
  return (
    <Card title={t('title')}>
      <div class="stack">
        <p class="soft">{t('intro', { path: `${location.origin}/v2` })}</p>
        <Select
          label={t('who')}
          hint={t(policyTexts[stored.answers][1])}
          value={stored.answers}
          options={(Object.keys(policyTexts) as Policy[]).map(value => ({
            value,
            label: t(policyTexts[value][0]),
          }))}
          onChange={answers => void changeSettings({ answers })}
        />
        <Standing />
        <Sites />
        <Askers />
      </div>
    </Card>
  );
}

/** Whether this very page computes for others. */
function Standing() {
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  const [controlled, setControlled] = useState(Boolean(serviceWorker?.controller));
  useEffect(() => {
    const look = () => setControlled(Boolean(serviceWorker?.controller));
    serviceWorker?.addEventListener('controllerchange', look);
    return () => serviceWorker?.removeEventListener('controllerchange', look);
  }, [serviceWorker]);
  if (!serviceWorker || !import.meta.env.PROD) return <Note tone="warn">{t('unable')}</Note>;
  return controlled ? <Note tone="good">{t('active')}</Note> : <Note tone="info">{t('inactive')}</Note>;
}

function Sites() {
  const [origins, setOrigins] = useState<readonly string[] | null>(null);
  useEffect(() => {
    void embedders().then(setOrigins);
  }, []);
  return (
    <dl class="facts">
      <dt>{t('sites')}</dt>
      {origins && origins.length > 0 ? (
        <dd class="mono">
          {origins.map(origin => (
            <div key={origin}>{origin}</div>
          ))}
        </dd>
      ) : (
        <dd>{origins ? t('noSites') : t('sitesUnknown')}</dd>
      )}
    </dl>
  );
}

function Askers() {
  const [askers, setAskers] = useState<readonly Asker[]>(readAskers);
  useEffect(() => onAsked(() => setAskers(readAskers())), []);
  if (askers.length === 0) return <p class="soft">{t('nobody')}</p>;
  return (
    <div class="stack">
      <Table
        caption={t('asked')}
        rowHeads
        columns={[
          { key: 'from', label: t('asker') },
          { key: 'answers', label: t('times'), number: true },
          { key: 'last', label: t('last') },
        ]}
        rows={askers.map(({ from, answers, lastAt }) => [
          nameOf(from),
          formatNumber(answers),
          formatMoment(lastAt),
        ])}
      />
      <div>
        <Button icon="remove" onClick={forgetAskers}>
          {t('forget')}
        </Button>
      </div>
    </div>
  );
}

function nameOf(from: string) {
  if (from === '') return t('unknown');
  return from === '/' || from === '/index.html' ? t('thisApp') : <span class="mono">{from}</span>;
}
