// Admin: models with their versions and rollouts, devices, keys, the audit. Needs the admin key, an admin's access key, or
// a device that is an admin.
import { useEffect, useRef } from 'preact/hooks';
import '../../styles/admin.css';
import { t } from '../../i18n/admin.ts';
import { t as common } from '../../i18n/common.ts';
import { Button } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { ReasonHost } from '../../parts/reason.tsx';
import { SectionNav } from '../../parts/section-nav.tsx';
import { followNews } from '../../state/admin-news.ts';
import { registry } from '../../state/connection.ts';
import { registryIsFolder } from '../../state/registry-kind.ts';
import { Audit } from './audit.tsx';
import { Devices } from './devices.tsx';
import { KeyCard, WhoLine } from './key-card.tsx';
import { Keys } from './keys.tsx';
import { Live } from './live.tsx';
import { Models } from './models.tsx';
import { ModelPage } from './model.tsx';
import { type Section, section, to } from './section.ts';
import { admin } from './session.ts';
import { Upload } from './upload.tsx';
import { useVisible } from './use-visible.ts';

export default function Admin() {
  useFreshness();
  if (registryIsFolder) return <NothingToAdminister />;
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

function NothingToAdminister() {
  return (
    <Empty icon="admin" isPage title={t('folder')}>
      {t('folderHint')}
    </Empty>
  );
}

function Admitted() {
  const here = section.value;
  const problem = admin.failure.value;
  const waiting = admin.devices.value.filter(device => device.status === 'pending').length;
  const content = useRef<HTMLDivElement>(null);
  useFocusOnSection(content, here);
  return (
    <>
      <header class="page-head">
        <h1>{t('title')}</h1>
        <Button kind="quiet" icon="refresh" onClick={() => void admin.refresh()}>
          {t('refresh')}
        </Button>
      </header>
      <div class="stack">
        {problem ? <ErrorNote failure={problem} onRetry={() => void admin.refresh()} /> : null}
        <SectionNav
          label={t('tabs')}
          current={navOf(here)}
          links={[
            { id: 'models', label: t('tabModels'), href: to.models() },
            {
              id: 'devices',
              label: waiting > 0 ? `${t('tabDevices')} (${waiting})` : t('tabDevices'),
              href: to.devices(),
            },
            { id: 'keys', label: t('tabKeys'), href: to.keys() },
            { id: 'audit', label: t('tabAudit'), href: to.audit() },
            { id: 'live', label: t('tabLive'), href: to.live() },
          ]}
        />
        <div class="stack" ref={content} tabIndex={-1}>
          <Part section={here} />
        </div>
        <WhoLine />
      </div>
      <ReasonHost />
    </>
  );
}

/** Uploads are of models. */
function navOf({ at }: Section): 'models' | 'devices' | 'keys' | 'audit' | 'live' {
  return at === 'model' || at === 'upload' ? 'models' : at;
}

function Part({ section: here }: { readonly section: Section }) {
  switch (here.at) {
    case 'models':
      return <Models />;
    case 'model':
      return <ModelPage key={here.model} {...here} />;
    case 'upload':
      return <Upload />;
    case 'devices':
      return <Devices chosen={here.device} find={here.find} />;
    case 'keys':
      return <Keys />;
    case 'live':
      return <Live />;
    case 'audit':
      return <Audit key={here.subject} subject={here.subject} />;
  }
}

/** Where what had the focus is gone, it goes to the new content, not to the top of the page. */
function useFocusOnSection(content: { current: HTMLElement | null }, here: Section): void {
  const first = useRef(true);
  const address = JSON.stringify(here);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    if (document.activeElement !== document.body) return;
    content.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [address, content]);
}

/** Follows the registry's news while the screen is looked at; asks again when who this device is may have changed. */
function useFreshness(): void {
  const api = admin.api.value;
  const pinned = registry.value !== null;
  const seen = useVisible();
  const admitted = admin.admitted.value;
  useEffect(() => {
    if (!admitted) void admin.refresh();
  }, [api, pinned, admitted]);
  useEffect(() => {
    if (!admitted || !seen) return;
    const left = new AbortController();
    void followNews({ events: options => api.events(options), look: admin.refresh, signal: left.signal });
    return () => left.abort();
  }, [api, admitted, seen]);
}
