// Where a table is dropped, chosen, or pasted from a spreadsheet.
import { useState } from 'preact/hooks';
import { t } from '../../i18n/bring-table.ts';
import { Button } from '../../parts/button.tsx';
import { TextArea } from '../../parts/field.tsx';
import { ChooseFiles, DropTarget } from '../../parts/photo-drop.tsx';
import type { Teaching } from '../../state/project.ts';
import { bringAll } from './bring-in.ts';
import { giveTable } from './given-tables.ts';

/** Also without a media type that says so: tables come from everywhere. */
const accepted = '.csv,.tsv,.tab,.txt,text/csv,text/tab-separated-values,text/plain';

export function BringTable({ teaching }: { readonly teaching: Teaching }) {
  return (
    <div class="stack">
      <DropTarget class="drop" onFiles={files => void bringAll(teaching, files)}>
        <p>{t('text')}</p>
        <div class="row">
          <ChooseFiles accept={accepted} onFiles={files => void bringAll(teaching, files)}>
            {t('choose')}
          </ChooseFiles>
          <ChooseFiles one accept=".zip,application/zip" onFiles={files => void bringAll(teaching, files)}>
            {t('chooseZip')}
          </ChooseFiles>
        </div>
      </DropTarget>
      <Paste teaching={teaching} />
    </div>
  );
}

function Paste({ teaching }: { readonly teaching: Teaching }) {
  const [text, setText] = useState('');
  const look = (): void => {
    void giveTable(teaching, { name: null, text });
    setText('');
  };
  return (
    <details class="fold">
      <summary>{t('paste')}</summary>
      <div class="stack-close">
        <TextArea label={t('pasted')} rows={5} value={text} onInput={setText} />
        <div>
          <Button disabled={text.trim() === ''} onClick={look}>
            {t('look')}
          </Button>
        </div>
      </div>
    </details>
  );
}
