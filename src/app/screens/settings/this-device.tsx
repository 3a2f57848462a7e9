// Who this device is: its name, its code, what an admin lets it do; and asking for more.
import { useState } from 'preact/hooks';
import type { Failure } from '../../../core/errors.ts';
import { t } from '../../i18n/settings.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { TextField } from '../../parts/field.tsx';
import { Note } from '../../parts/note.tsx';
import { toast } from '../../parts/toast.tsx';
import { caller } from '../../state/connection.ts';
import { askToBeLetIn } from '../../state/enrolment.ts';
import { invitation } from '../../state/invitation.ts';
import { registryIsFolder } from '../../state/registry-kind.ts';
import { services } from '../../state/services.ts';
import { suggestedName } from '../../state/device-name.ts';
import { changeSettings, settings } from '../../state/settings.ts';
import { CodeField } from './join.tsx';
import { roleText } from './role-text.ts';

const nameAtMost = 64;

export function ThisDevice() {
  const identity = services.value?.identity;
  const stored = settings.value;
  if (!identity || !stored) return null;
  return (
    <Card title={t('device')}>
      <div class="stack">
        {registryIsFolder ? <p>{t('folder')}</p> : <Standing code={identity.code} name={stored.deviceName} />}
        {identity.protected ? null : <Note tone="warn">{t('bareKey')}</Note>}
        {registryIsFolder || caller.value?.status === 'approved' ? null : <Ask />}
      </div>
    </Card>
  );
}

/** What it is called and may do, where there is somebody to ask. */
function Standing({ code, name }: { readonly code: string; readonly name: string }) {
  const groups = caller.value?.groups ?? [];
  return (
    <>
      <TextField
        label={t('name')}
        hint={t('nameHint')}
        value={name}
        placeholder={suggestedName()}
        maxLength={nameAtMost}
        onInput={deviceName => void changeSettings({ deviceName })}
      />
      <dl class="facts">
        <dt>{t('code')}</dt>
        <dd>
          <strong class="code mono">{code}</strong>
          <p class="soft small">{t('codeHint')}</p>
        </dd>
        <dt>{t('role')}</dt>
        <dd>{roleText(caller.value)}</dd>
        {groups.length === 0 ? null : (
          <>
            <dt>{t('groups')}</dt>
            <dd>{groups.join(', ')}</dd>
          </>
        )}
      </dl>
    </>
  );
}

function Ask() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Failure | null>(null);
  const status = caller.value?.status;
  const ask = async () => {
    setBusy(true);
    const result = await askToBeLetIn();
    setBusy(false);
    setProblem(result.ok ? null : result.error);
    if (result.ok) toast(t('asked', { code: result.value.code }));
  };
  return (
    <div class="stack">
      <div>
        <Button
          kind={invitation.value ? 'plain' : 'primary'}
          icon="key"
          busy={busy}
          onClick={() => void ask()}
        >
          {status === 'pending' ? t('askAgain') : t('ask')}
        </Button>
      </div>
      {problem ? <ErrorNote failure={problem} /> : null}
      {status === 'revoked' ? null : <CodeField />}
    </div>
  );
}
