// "What ran on 3 May?": where every alias of a model stood at the end of a day.
import { useState } from 'preact/hooks';
import { stoodAt } from '../../../core/artifact/alias-history.ts';
import type { AliasRevision } from '../../../core/artifact/registry-api.ts';
import { t } from '../../i18n/admin.ts';
import { Card } from '../../parts/card.tsx';
import { Field } from '../../parts/field.tsx';
import { endOfDay } from '../../state/admin-history.ts';
import { pointedAt } from './alias-history.tsx';
import { Answer, useAsked } from './asked.tsx';

export function RanOn({ model }: { readonly model: string }) {
  const [day, setDay] = useState('');
  return (
    <Card title={t('ranOn')}>
      <div class="stack-close">
        <Field label={t('day')} hint={t('dayHint')}>
          {attributes => (
            <input
              {...attributes}
              class="input admin-day"
              type="date"
              value={day}
              onInput={event => setDay(event.currentTarget.value)}
            />
          )}
        </Field>
        {day === '' ? null : <Stood model={model} day={day} />}
      </div>
    </Card>
  );
}

function Stood({ model, day }: { readonly model: string; readonly day: string }) {
  const history = useAsked(model, (api, signal) => api.modelHistory(model, signal));
  return <Answer of={history}>{entries => <Standings entries={stoodAt(entries, endOfDay(day))} />}</Answer>;
}

function Standings({ entries }: { readonly entries: readonly AliasRevision[] }) {
  if (entries.length === 0) return <p role="status">{t('ranNothing')}</p>;
  return (
    <ul role="list" class="admin-list" aria-live="polite">
      {entries.map(entry => (
        <li key={entry.alias} class="row">
          <strong class="mono">{entry.alias}</strong>
          <span>{pointedAt(entry)}</span>
          {entry.why ? <span class="small soft">{entry.why}</span> : null}
        </li>
      ))}
    </ul>
  );
}
