// Room on the server that nothing needs any more: looked at first, and freed only then.
import { useState } from 'preact/hooks';
import type { Collection } from '../../../core/artifact/registry-api.ts';
import { t } from '../../i18n/admin.ts';
import { formatBytes } from '../../i18n/format.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { askConfirm } from '../../parts/dialog.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { toast } from '../../parts/toast.tsx';
import { useAct } from './use-act.ts';

export function CleanUp() {
  const [found, setFound] = useState<Collection | null>(null);
  const { busy, problem, act } = useAct();
  const look = async () => {
    const done = await act(api => api.collectGarbage(true));
    if (done.ok) setFound(done.value);
  };
  const free = async () => {
    const sure = await askConfirm({
      title: t('cleanUpTitle'),
      body: t('cleanUpBody'),
      action: t('cleanUpFree'),
      kind: 'danger',
    });
    if (!sure) return;
    const done = await act(api => api.collectGarbage(false));
    if (!done.ok) return;
    setFound(null);
    toast(t('cleanedUp', { bytes: formatBytes(done.value.bytes) }));
  };
  return (
    <Card title={t('cleanUp')}>
      <div class="stack-close">
        <p class="soft">{t('cleanUpHint')}</p>
        {found ? <Found found={found} /> : null}
        {problem ? <ErrorNote failure={problem} /> : null}
        <div class="row">
          <Button icon="search" busy={busy} onClick={look}>
            {t('cleanUpLook')}
          </Button>
          {found && found.chunks > 0 ? (
            <Button kind="danger" icon="remove" busy={busy} onClick={free}>
              {t('cleanUpFree')}
            </Button>
          ) : null}
        </div>
      </div>
    </Card>
  );
}

function Found({ found: { bytes, chunks, versions } }: { readonly found: Collection }) {
  if (chunks === 0 && versions.length === 0) return <p role="status">{t('cleanUpNothing')}</p>;
  return (
    <div role="status" class="stack-close">
      <p>{t('cleanUpWould', { bytes: formatBytes(bytes), n: versions.length })}</p>
      {versions.length > 0 ? <p class="small mono">{versions.join(', ')}</p> : null}
    </div>
  );
}
