// Who the registry takes the reader for, and the admin key's way in and out of this tab.
import { useState } from 'preact/hooks';
import { t } from '../../i18n/admin.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { TextField } from '../../parts/field.tsx';
import { admin } from './session.ts';

export function KeyCard() {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const failure = admin.failure.value;
  const refusal = admin.keyRefusal.value;
  const enter = async () => {
    if (text.trim() === '') return;
    setBusy(true);
    await admin.enter(text);
    setBusy(false);
  };
  return (
    <Card title={t('keyTitle')} class="admin-key">
      <form
        class="stack"
        onSubmit={event => {
          event.preventDefault();
          void enter();
        }}
      >
        <p>{t('keyBody')}</p>
        <TextField
          label={t('keyLabel')}
          type="password"
          value={text}
          hint={t('keyHint')}
          error={refusal === null ? null : t(refusal === 'unknown' ? 'keyWrong' : 'keyNoAdmin')}
          onInput={setText}
        />
        <div>
          <Button kind="primary" icon="key" type="submit" busy={busy}>
            {t('keyEnter')}
          </Button>
        </div>
        {failure && refusal === null ? (
          <ErrorNote failure={failure} onRetry={() => void admin.refresh()} />
        ) : null}
      </form>
    </Card>
  );
}

export function WhoLine() {
  const byKey = admin.caller.value?.kind === 'admin-key';
  return (
    <div class="row spread admin-who">
      <span class="small soft">{byKey ? t('asKey') : t('asDevice')}</span>
      {byKey ? (
        <Button kind="quiet" icon="key" onClick={() => void admin.leave()}>
          {t('leave')}
        </Button>
      ) : null}
    </div>
  );
}
