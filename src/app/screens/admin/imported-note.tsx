// That a model was converted, from what, and what a person should know of it.
import type { ImportFormat } from '../../../core/import/imported.ts';
import { importNoteFacts } from '../../../core/import/notes.ts';
import { t } from '../../i18n/brought.ts';
import { Note } from '../../parts/note.tsx';
import type { Inspected } from '../../state/brought-model.ts';

/** As their makers call them. */
const names: Readonly<Record<ImportFormat, string>> = {
  'tfjs-graph': 'TensorFlow.js (graph model)',
  'tfjs-layers': 'TensorFlow.js (layers model)',
  'teachable-machine': 'Teachable Machine',
};

export function ImportedNote(props: { readonly imported: NonNullable<Inspected['imported']> }) {
  const { format, notes } = props.imported;
  return (
    <Note>
      <strong>{t('converted', { format: names[format] })}</strong>
      {notes.map(note => (
        <span key={JSON.stringify(note)} class="small">
          {t(note.code, importNoteFacts(note))}
        </span>
      ))}
    </Note>
  );
}
