// Coming in by a one-time code: typed, or brought by a link that asks first.
import { useState } from 'preact/hooks';
import { readEnrolmentCode } from '../../../core/artifact/enrolment-code.ts';
import type { Failure } from '../../../core/errors.ts';
import { t } from '../../i18n/settings.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { TextField } from '../../parts/field.tsx';
import { toast } from '../../parts/toast.tsx';
import { navigate } from '../../router.ts';
import { join } from '../../state/enrolment.ts';
import { installedByModel } from '../../state/installed.ts';
import { dismissInvitation, invitation, invitationProblem } from '../../state/invitation.ts';
import { roleText } from './role-text.ts';

/** Asks once what an open invitation is for. */
export function Invited() {
  const { busy, problem, send } = useJoin();
  const open = invitation.value;
  if (!open) return null;
  const refused = invitationProblem.value ?? problem;
  const accept = async () => {
    if (await send(open.code, open.registry)) dismissInvitation();
  };
  return (
    <Card title={open.role ? t('joinTitle', { role: t(`${open.role}_name`) }) : t('joinTitlePlain')}>
      <div class="stack" role="status">
        <p>{t('joinText', { address: location.host, key: open.registry.slice(0, 12) })}</p>
        {refused ? <ErrorNote failure={refused} /> : null}
        <div class="row">
          {invitationProblem.value || refused?.code === 'CodeInvalid' ? null : (
            <Button kind="primary" icon="key" busy={busy} onClick={() => void accept()}>
              {t('join')}
            </Button>
          )}
          <Button onClick={dismissInvitation}>{t('notNow')}</Button>
        </div>
      </div>
    </Card>
  );
}

/** For a code that was read out or written down. */
export function CodeField() {
  const [code, setCode] = useState('');
  const { busy, problem, send } = useJoin();
  const isWhole = readEnrolmentCode(code) !== null;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isWhole && (await send(code))) setCode('');
  };
  return (
    <form class="stack" onSubmit={event => void submit(event)}>
      <TextField
        label={t('haveCode')}
        hint={t('haveCodeHint')}
        value={code}
        placeholder="7Q2K-M0XD-9RTB-4HWE"
        maxLength={32}
        onInput={setCode}
      />
      <div>
        <Button type="submit" icon="key" busy={busy} disabled={!isWhole}>
          {t('join')}
        </Button>
      </div>
      {problem ? <ErrorNote failure={problem} /> : null}
    </form>
  );
}

/** Where nothing is here yet, there is one thing to do after coming in. */
function nextStep() {
  return installedByModel.value.size > 0 ? null : { label: t('getModel'), run: () => navigate('use') };
}

function useJoin() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Failure | null>(null);
  /** Answers whether the device is in. */
  const send = async (code: string, registry?: string): Promise<boolean> => {
    setBusy(true);
    const result = await join(code, registry);
    setBusy(false);
    setProblem(result.ok ? null : result.error);
    if (result.ok) toast(t('joined', { what: roleText(result.value) }), nextStep());
    return result.ok;
  };
  return { busy, problem, send };
}
