// The registry this device belongs to: its address, its key, and parting from it.
import { useEffect, useState } from 'preact/hooks';
import { keyIdOf } from '../../../core/artifact/signature.ts';
import type { Failure } from '../../../core/errors.ts';
import { formatDate } from '../../i18n/format.ts';
import { t } from '../../i18n/settings.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { askConfirm } from '../../parts/dialog.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { toast } from '../../parts/toast.tsx';
import { registry } from '../../state/connection.ts';
import { forget } from '../../state/enrolment.ts';
import { daysUnheard } from '../../state/unheard.ts';

export function Registry() {
  const pinned = registry.value;
  const fingerprint = useFingerprint(pinned?.publicKey ?? null);
  const [problem, setProblem] = useState<Failure | null>(null);
  const onForget = async () => {
    const yes = await askConfirm({
      title: t('forgetTitle'),
      body: t('forgetText'),
      action: t('forget'),
      kind: 'danger',
    });
    if (!yes) return;
    const result = await forget();
    setProblem(result.ok ? null : result.error);
    if (result.ok) toast(t('forgotten'));
  };
  return (
    <Card title={t('registry')}>
      <div class="stack">
        <dl class="facts">
          <dt>{t('address')}</dt>
          <dd class="mono">{location.origin}</dd>
          {pinned ? (
            <>
              <dt>{t('fingerprint')}</dt>
              <dd class="mono">{fingerprint}</dd>
              <dt>{t('pinned')}</dt>
              <dd>{formatDate(pinned.pinnedAt)}</dd>
              <dt>{t('contacted')}</dt>
              <dd>{pinned.contactedAt ? formatDate(pinned.contactedAt) : t('never')}</dd>
              {daysUnheard.value === null ? null : (
                <>
                  <dt>{t('saidLast')}</dt>
                  <dd>{t('saidLastDays', { n: daysUnheard.value })}</dd>
                </>
              )}
            </>
          ) : null}
        </dl>
        {pinned ? (
          <div>
            <Button kind="danger" icon="remove" onClick={() => void onForget()}>
              {t('forget')}
            </Button>
          </div>
        ) : (
          <p class="soft">{t('notPinned')}</p>
        )}
        {problem ? <ErrorNote failure={problem} /> : null}
      </div>
    </Card>
  );
}

/** In groups of four, to be read aloud. */
function useFingerprint(publicKey: string | null): string {
  const [text, setText] = useState('');
  useEffect(() => {
    if (publicKey === null) return;
    void keyIdOf(publicKey).then(keyId => setText(keyId.replace(/(.{4})(?=.)/g, '$1 ')));
  }, [publicKey]);
  return text;
}
