// Library: all models, what is stored here, what was made here, and how much room it takes.
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatDate } from '../../i18n/format.ts';
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/library.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Icon } from '../../parts/icon.tsx';
import { href } from '../../router.ts';
import { searchWanted } from '../../shell/shortcuts.tsx';
import { catalogueProblem, refresh, refreshing } from '../../state/catalogue.ts';
import { online, registry } from '../../state/connection.ts';
import { keepRuntime, runtimeProblem } from '../../state/offline-runtime.ts';
import { registryIsFolder } from '../../state/registry-kind.ts';
import { shelf } from '../../state/shelf.ts';
import '../../styles/library.css';
import { Bring } from './bring.tsx';
import { BringArea, BringButton } from './bring-area.tsx';
import { MadeHere } from './made-here.tsx';
import { ModelCard } from './model-card.tsx';
import { Notices } from './notices.tsx';
import { Outbox } from './outbox.tsx';
import { StorageMeter } from './storage-meter.tsx';

export default function Library() {
  const [text, setText] = useState('');
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!searchWanted.value || !search.current) return;
    search.current.focus();
    searchWanted.value = false;
  });
  const models = shelf.value.filter(model => model.model.includes(text.trim().toLowerCase()));
  return (
    <BringArea>
      <Head />
      <Connection />
      <Notices />
      <Bring />
      {runtimeProblem.value ? (
        <ErrorNote failure={runtimeProblem.value} onRetry={() => void keepRuntime()} />
      ) : null}
      {shelf.value.length > 0 ? (
        <input
          ref={search}
          class="input"
          type="search"
          aria-label={t('search')}
          placeholder={t('search')}
          value={text}
          onInput={event => setText(event.currentTarget.value)}
        />
      ) : null}
      {shelf.value.length > 0 && models.length === 0 ? <p role="status">{t('nothingFound')}</p> : null}
      {shelf.value.length === 0 && !refreshing.value ? <NoModels /> : null}
      <ul role="list" class="stack">
        {models.map(model => (
          <li key={model.model}>
            <ModelCard shelf={model} />
          </li>
        ))}
      </ul>
      <Outbox />
      <MadeHere />
      <StorageMeter />
    </BringArea>
  );
}

/** What can be begun here, and the ways to places that have no mark in the bar. */
function Head() {
  return (
    <div class="page-head">
      <div class="row">
        <h1>{t('title')}</h1>
        <Button
          kind="quiet"
          icon="refresh"
          busy={refreshing.value}
          label={t('lookAgain')}
          onClick={refresh}
        />
        <LinkButton kind="quiet" icon="new" href={href('new')}>
          {common('new')}
        </LinkButton>
        <BringButton />
      </div>
      <nav class="row library-places" aria-label={t('menu')}>
        <LinkButton kind="quiet" icon="records" href={href('records')}>
          {common('records')}
        </LinkButton>
        <LinkButton kind="quiet" icon="collect" href={href('collect')}>
          {common('collect')}
        </LinkButton>
        {registryIsFolder ? null : (
          <LinkButton kind="quiet" icon="admin" href={href('admin')}>
            {common('admin')}
          </LinkButton>
        )}
        <LinkButton kind="quiet" icon="settings" href={href('settings')}>
          {common('settings')}
        </LinkButton>
      </nav>
    </div>
  );
}

/** Quiet when offline, plain when something is wrong. */
function Connection() {
  const problem = catalogueProblem.value;
  if (problem && problem.code !== 'Offline') return <ErrorNote failure={problem} onRetry={refresh} />;
  if (online.value !== false) return null;
  const contacted = registry.value?.contactedAt;
  return (
    <p class="offline-line soft small">
      <Icon name="offline" small />
      <span>{contacted ? `${t('offlineMark')} (${formatDate(contacted)})` : t('offlineNever')}</span>
    </p>
  );
}

function NoModels() {
  if (registryIsFolder) {
    return (
      <Empty icon="library" title={t('empty')}>
        {online.value === false ? t('offlineNever') : t('emptyFolder')}
      </Empty>
    );
  }
  return (
    <Empty
      icon="library"
      title={t('empty')}
      action={
        <LinkButton kind="primary" icon="upload" href={href('admin')}>
          {t('toAdmin')}
        </LinkButton>
      }
    >
      {online.value === false ? t('offlineNever') : t('emptyText')}
    </Empty>
  );
}
