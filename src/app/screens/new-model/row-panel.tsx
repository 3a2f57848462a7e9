// The numbers of a row, and beside them what the project says to them now.
import { useState } from 'preact/hooks';
import type { InputInterface } from '../../../core/artifact/interface.ts';
import { t } from '../../i18n/bring-table.ts';
import { t as newModel } from '../../i18n/new-model.ts';
import { FeaturesForm, splitRow } from '../../parts/features-form.tsx';
import { TextArea } from '../../parts/field.tsx';
import type { Teaching } from '../../state/project.ts';
import type { RowForm } from './row-form.ts';
import { Says } from './says.tsx';

/** More are typed, or pasted, as text. */
const fieldsAtMost = 32;

export function RowPanel({ teaching, form }: { readonly teaching: Teaching; readonly form: RowForm }) {
  const columns = teaching.project.value.columns ?? [];
  return (
    <section class="card live-panel rows" aria-label={newModel('says')}>
      <div class="live-says stack-close">
        <Says teaching={teaching} />
      </div>
      <div role="group" aria-label={t('form')} class="live-form">
        {columns.length <= fieldsAtMost ? (
          <FeaturesForm input={inputOf(columns)} values={form.texts} onValues={form.type} />
        ) : (
          <AsText columns={columns.length} form={form} />
        )}
      </div>
    </section>
  );
}

function AsText({ columns, form }: { readonly columns: number; readonly form: RowForm }) {
  // As it is typed, spaces at its end and all.
  const [typed, setTyped] = useState<string | null>(null);
  const cellsOf = (text: string): string[] => splitRow(text.replace(/\s+/g, ' '));
  const got = typed === null ? 0 : cellsOf(typed).length;
  return (
    <TextArea
      label={t('numbersOfRow', { n: columns })}
      value={typed ?? form.texts.join(' ').trim()}
      error={got > columns ? t('tooManyNumbers', { got, wanted: columns }) : null}
      onInput={text => {
        setTyped(text);
        const cells = cellsOf(text);
        // Which of too many are the row, nobody knows: it is none then.
        const row = cells.length > columns ? [] : cells;
        form.type(Array.from({ length: columns }, (_, i) => row[i] ?? ''));
      }}
    />
  );
}

function inputOf(columns: readonly string[]): InputInterface {
  const names = [...columns];
  return {
    name: 'row',
    datatype: 'FP32',
    shape: [-1, names.length],
    meaning: { kind: 'features', names, units: names.map(() => null), ranges: null },
  };
}
