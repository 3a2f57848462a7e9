// For what was refused because of its name, or of what its labels are now: a name of its own, under which it is a new model.
import { useState } from 'preact/hooks';
import { modelNameSchema } from '../../../core/artifact/names.ts';
import type { ErrorCode, Failure } from '../../../core/errors.ts';
import { toFailure } from '../../../core/errors.ts';
import type { CandidateRow } from '../../../device/schema.ts';
import { t } from '../../i18n/judge.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { TextField } from '../../parts/field.tsx';
import { toast } from '../../parts/toast.tsx';
import { navigate } from '../../router.ts';
import { foundUnder } from '../../state/judge.ts';

/** The name is a model's; or interface and labels are not those of the version that it was made from. */
const helped: readonly ErrorCode[] = ['Conflict', 'ModelInvalid', 'NotFound'];

export function renameHelps({ problemCode }: CandidateRow): boolean {
  return problemCode != null && helped.includes(problemCode);
}

export function Rename({ row }: { readonly row: CandidateRow }) {
  const [name, setName] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Failure | null>(null);
  const isName = modelNameSchema.safeParse(name).success && name !== row.model;
  const rename = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await foundUnder(row.digest, name);
      toast(t('queuedNow'));
      navigate('judge', name);
    } catch (thrown) {
      setProblem(toFailure(thrown, 'StorageFailed'));
    }
    setBusy(false);
  };
  return (
    <form
      class="stack-close"
      onSubmit={event => {
        event.preventDefault();
        if (isName && !busy) void rename();
      }}
    >
      <p>{t('renameBody')}</p>
      <TextField
        label={t('renameLabel')}
        hint={t('renameHint')}
        error={name === '' || isName ? null : t('renameWrong')}
        value={name}
        maxLength={64}
        onInput={setName}
      />
      {problem ? <ErrorNote failure={problem} /> : null}
      <div>
        <Button kind="primary" icon="send" busy={busy} disabled={!isName} onClick={() => void rename()}>
          {t('rename')}
        </Button>
      </div>
    </form>
  );
}
