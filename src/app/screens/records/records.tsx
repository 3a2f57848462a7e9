// Records: answers that were kept on this device. Looked through, corrected with one tap, taken away as files.
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { RecordRow } from '../../../device/project-schemas.ts';
import { t } from '../../i18n/records.ts';
import { Button } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Select } from '../../parts/select.tsx';
import { mostUseful, records, type RecordView, followRecords, shownRecords } from '../../state/records.ts';
import '../../styles/camera.css';
import '../../styles/records.css';
import { ExportRecords } from './export-records.tsx';
import { RecordItem } from './record-item.tsx';

type Order = 'newest' | 'useful';

const shownAtOnce = 60;

export default function Records() {
  useEffect(followRecords, []);
  const all = records.value;
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{t('title')}</h1>
          <p class="soft">{t('intro')}</p>
        </div>
      </header>
      {all === null ? null : all.length === 0 ? (
        <Empty icon="records" title={t('empty')}>
          {t('emptyText')}
        </Empty>
      ) : (
        <Browse all={all} />
      )}
    </>
  );
}

function Browse({ all }: { readonly all: readonly RecordRow[] }) {
  const [view, setView] = useState<RecordView>('all');
  const [model, setModel] = useState('');
  const [order, setOrder] = useState<Order>('newest');
  const [atMost, setAtMost] = useState(shownAtOnce);
  const shown = useMemo(() => shownRecords(all, view, model || null), [all, view, model]);
  const ordered = useOrder(shown, order);
  const models = [...new Set(all.map(record => record.model))].sort();
  const more = ordered.length - atMost;
  return (
    <div class="stack">
      <div class="records-choices">
        <Select
          label={t('show')}
          value={view}
          options={[
            { value: 'all', label: t('all') },
            { value: 'notSure', label: t('notSure') },
            { value: 'unsaid', label: t('unsaid') },
            { value: 'corrected', label: t('corrected') },
          ]}
          onChange={setView}
        />
        <Select
          label={t('model')}
          value={model}
          options={[
            { value: '', label: t('allModels') },
            ...models.map(name => ({ value: name, label: name })),
          ]}
          onChange={setModel}
        />
        <Select
          label={t('order')}
          hint={order === 'useful' ? t('usefulHint') : undefined}
          value={order}
          options={[
            { value: 'newest', label: t('newest') },
            { value: 'useful', label: t('useful') },
          ]}
          onChange={setOrder}
        />
      </div>
      <p role="status" class="numbers">
        {ordered.length === 0 ? t('nothingFits') : t('count', { n: ordered.length })}
      </p>
      <ul role="list" class="records">
        {ordered.slice(0, atMost).map(record => (
          <li key={record.id} class="card">
            <RecordItem record={record} />
          </li>
        ))}
      </ul>
      {more > 0 ? (
        <div>
          <Button onClick={() => setAtMost(atMost + shownAtOnce)}>
            {t('more', { n: Math.min(more, shownAtOnce) })}
          </Button>
        </div>
      ) : null}
      <ExportRecords shown={ordered} />
    </div>
  );
}

/** As it is by time until the other order is worked out; who is gone meanwhile is left out of it. */
function useOrder(shown: readonly RecordRow[], order: Order): readonly RecordRow[] {
  const [useful, setUseful] = useState<readonly string[] | null>(null);
  useEffect(() => {
    if (order !== 'useful') return undefined;
    let wanted = true;
    mostUseful(shown).then(
      ids => wanted && setUseful(ids),
      (thrown: unknown) => console.error(thrown),
    );
    return () => {
      wanted = false;
    };
  }, [shown, order]);
  if (order === 'newest' || useful === null) return shown;
  const byId = new Map(shown.map(record => [record.id, record]));
  return useful.flatMap(id => byId.get(id) ?? []).filter(({ truth }) => truth === null);
}
