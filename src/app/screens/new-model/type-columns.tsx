// For rows that are typed: what their numbers are called, and said anew for as long as there are none. Two classes come with it, to
// type them for.
import { useState } from 'preact/hooks';
import { rowLimits } from '../../../core/teach/row-limits.ts';
import { t } from '../../i18n/bring-table.ts';
import { t as newModel } from '../../i18n/new-model.ts';
import { Button } from '../../parts/button.tsx';
import { TextField } from '../../parts/field.tsx';
import type { Teaching } from '../../state/project.ts';

export function TypeColumns({ teaching }: { readonly teaching: Teaching }) {
  const said = teaching.project.value.columns;
  const [text, setText] = useState(said?.join(', ') ?? '');
  const columns = [...new Set(text.split(/[,;\t，、]/).map(name => name.trim()))].filter(Boolean);
  const isEnough = columns.length > 0 && columns.length <= rowLimits.columns;
  const begin = async (): Promise<void> => {
    if (!isEnough || !(await teaching.nameColumns(columns))) return;
    if (teaching.project.peek().classes.length > 0) return;
    for (const n of [1, 2]) await teaching.addClass(newModel('classLabel', { n }));
  };
  return (
    <details class="fold">
      <summary>{t(said ? 'otherColumns' : 'byHand')}</summary>
      <form
        class="stack-close"
        onSubmit={event => {
          event.preventDefault();
          void begin();
        }}
      >
        <TextField label={t('columns')} hint={t('columnsHint')} value={text} onInput={setText} />
        <div>
          <Button type="submit" disabled={!isEnough}>
            {t('setColumns')}
          </Button>
        </div>
      </form>
    </details>
  );
}
