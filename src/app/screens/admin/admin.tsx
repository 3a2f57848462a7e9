// Admin: upload a model, let devices in, move aliases. Needs the admin key or a device that is an admin.
import { useEffect, useState } from 'preact/hooks';
import '../../styles/admin.css';
import { t } from '../../i18n/admin.ts';
import { t as common } from '../../i18n/common.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { registry } from '../../state/connection.ts';
import { Devices } from './devices.tsx';
import { KeyCard, WhoLine } from './key-card.tsx';
import { admin } from './session.ts';
import { Upload } from './upload.tsx';
import { Versions } from './versions.tsx';

/** Devices that ask, and versions that arrive, are seen this soon while somebody looks. */
const lookAgainMs = 5_000;

type Tab = 'upload' | 'devices' | 'versions';

export default function Admin() {
  useFreshness();
  if (!admin.admitted.value) {
    return (
      <div class="stack">
        <h1>{t('title')}</h1>
        {admin.loaded.value ? <KeyCard /> : <p class="soft">{common('loading')}</p>}
      </div>
    );
  }
  return <Admitted />;
}

function Admitted() {
  const [tab, setTab] = useState<Tab>('upload');
  const waiting = admin.devices.value.filter(device => device.status === 'pending').length;
  const problem = admin.failure.value;
  return (
    <>
      <header class="page-head">
        <h1>{t('title')}</h1>
        <Button kind="quiet" icon="refresh" onClick={() => void admin.refresh()}>
          {t('refresh')}
        </Button>
      </header>
      <div class="stack">
        <WhoLine />
        {problem ? <ErrorNote failure={problem} onRetry={() => void admin.refresh()} /> : null}
        <Tabs
          label={t('tabs')}
          tabs={[
            { id: 'upload', label: t('tabUpload') },
            {
              id: 'devices',
              label: waiting > 0 ? `${t('tabDevices')} (${waiting})` : t('tabDevices'),
            },
            { id: 'versions', label: t('tabVersions') },
          ]}
          value={tab}
          onChange={setTab}
        >
          {tab === 'upload' ? <Upload onVersions={() => setTab('versions')} /> : null}
          {tab === 'devices' ? <Devices /> : null}
          {tab === 'versions' ? <Versions /> : null}
        </Tabs>
      </div>
    </>
  );
}

/** Asks again while the screen is looked at, and when who this device is may have changed. */
function useFreshness(): void {
  const pinned = registry.value !== null;
  useEffect(() => {
    void admin.refresh();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && admin.admitted.peek()) void admin.refresh();
    }, lookAgainMs);
    return () => clearInterval(timer);
  }, [pinned]);
}
