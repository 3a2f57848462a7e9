// Why this device may not send yet, and the way to be let in: it asks, an admin compares the code.
import { useState } from 'preact/hooks';
import { type Failure, toFailure } from '../../../core/errors.ts';
import { t } from '../../i18n/judge.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Note } from '../../parts/note.tsx';
import { toast } from '../../parts/toast.tsx';
import { caller, noteDevice } from '../../state/connection.ts';
import { need } from '../../state/services.ts';
import { settings } from '../../state/settings.ts';

export function AskIn() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Failure | null>(null);
  const { identity, client } = need();
  const pending = caller.value?.status === 'pending';
  const ask = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const name = settings.value?.deviceName.trim() || identity.code;
      noteDevice(await client.enrol({ publicKey: identity.publicKey, name }));
      toast(t('asked', { code: identity.code }));
    } catch (thrown) {
      setProblem(toFailure(thrown, 'Offline'));
    } finally {
      setBusy(false);
    }
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
