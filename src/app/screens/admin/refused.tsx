// Why the registry did not do it. That somebody else was first is no error: what is so now is on the screen.
import type { Failure } from '../../../core/errors.ts';
import { t } from '../../i18n/admin.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Note } from '../../parts/note.tsx';

export function Refused({ problem }: { readonly problem: Failure }) {
  if (problem.code !== 'PreconditionFailed') return <ErrorNote failure={problem} />;
  return (
    <div role="alert">
      <Note tone="warn">{t('movedMeanwhile')}</Note>
    </div>
  );
}
