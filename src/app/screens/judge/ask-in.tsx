// Why this device may not send yet, and the way to be let in: it asks, an admin compares the code.
import { useState } from 'preact/hooks';
import type { Failure } from '../../../core/errors.ts';
import { t } from '../../i18n/judge.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Note } from '../../parts/note.tsx';
import { toast } from '../../parts/toast.tsx';
import { caller } from '../../state/connection.ts';
import { askToBeLetIn } from '../../state/enrolment.ts';
import { registryIsFolder } from '../../state/registry-kind.ts';
import { need } from '../../state/services.ts';

export function AskIn() {
  return registryIsFolder ? <NobodyToSendTo /> : <AskServer />;
}

function NobodyToSendTo() {
  return (
    <Note tone="info">
      <strong>{t('folderRegistry')}</strong>
      <span>{t('folderRegistryBody')}</span>
    </Note>
  );
}

function AskServer() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Failure | null>(null);
  const { identity } = need();
  const pending = caller.value?.status === 'pending';
  const ask = async () => {
    setBusy(true);
    setProblem(null);
    const result = await askToBeLetIn();
    setBusy(false);
    if (result.ok) toast(t('asked', { code: result.value.code }));
    else setProblem(result.error);
  };
  return (
    <>
      <Note tone="info">
        <strong>{t('notTrainer')}</strong>
        <span>{t('notTrainerBody')}</span>
        {pending ? (
          <span>{t('notTrainerPending', { code: identity.code })}</span>
        ) : (
          <div class="row">
            <Button icon="key" busy={busy} onClick={ask}>
              {t('askIn')}
            </Button>
          </div>
        )}
      </Note>
      {problem ? <ErrorNote failure={problem} onRetry={() => void ask()} /> : null}
    </>
  );
}
