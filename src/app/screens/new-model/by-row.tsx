// A project that is shown rows of numbers: a table is brought, or rows are typed; what is typed is answered as it changes.
import { t } from '../../i18n/bring-table.ts';
import { Button } from '../../parts/button.tsx';
import type { Teaching } from '../../state/project.ts';
import '../../styles/new-row.css';
import { BringTable } from './bring-table.tsx';
import { waitingTables } from './given-tables.ts';
import { OfferTable } from './offer-table.tsx';
import { type RowForm, useRowForm } from './row-form.ts';
import { RowPanel } from './row-panel.tsx';
import { sayRows } from './say-brought.ts';
import { TeachingPage } from './teaching-page.tsx';
import { TypeColumns } from './type-columns.tsx';

export function ByRow({ teaching }: { readonly teaching: Teaching }) {
  const form = useRowForm(teaching);
  const { id, columns } = teaching.project.value;
  const waiting = waitingTables.value.find(({ project }) => project === id);
  return (
    <>
      {columns ? (
        <TeachingPage
          teaching={teaching}
          isRecording={false}
          live={<RowPanel teaching={teaching} form={form} />}
          recordWays={({ id: classId, label }) => (
            <AddRow teaching={teaching} form={form} classId={classId} name={label} />
          )}
          bringIn={
            <details class="fold">
              <summary>{t('more')}</summary>
              <BringTable teaching={teaching} />
              {teaching.examples.value.length === 0 ? <TypeColumns teaching={teaching} /> : null}
            </details>
          }
        />
      ) : (
        <TeachingPage
          teaching={teaching}
          isRecording={false}
          live={<First teaching={teaching} />}
          isToBegin
        />
      )}
      {waiting ? <OfferTable key={waiting.id} teaching={teaching} given={waiting} /> : null}
    </>
  );
}

/** Nobody said yet what the numbers are. */
function First({ teaching }: { readonly teaching: Teaching }) {
  return (
    <section class="card stack" aria-label={t('title')}>
      <h2>{t('title')}</h2>
      <BringTable teaching={teaching} />
      <TypeColumns teaching={teaching} />
    </section>
  );
}

/** One tap a row. */
function AddRow(props: {
  readonly teaching: Teaching;
  readonly form: RowForm;
  readonly classId: string;
  /** Of the class. */
  readonly name: string;
}) {
  const { teaching, form, classId, name } = props;
  const { values } = form;
  const add = async (): Promise<void> => {
    if (!values) return;
    // What is typed stays: the next row is mostly like it.
    form.type(form.texts);
    const added = await teaching.addRow(classId, values);
    if (added && added.known + added.moved > 0) await sayRows(teaching, added);
  };
  return (
    <Button
      icon="add"
      disabled={!values}
      label={t(values ? 'addTo' : 'typeFirst', { name })}
      onClick={() => void add()}
    >
      {t('addTo', { name })}
    </Button>
  );
}
