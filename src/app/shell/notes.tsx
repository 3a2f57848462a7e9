// What the app itself has to say, above any screen: a new build, a version that waits for a word, one that was swapped in, one
// that was not.
import { t as common } from '../i18n/common.ts';
import { t } from '../i18n/shell.ts';
import { Button } from '../parts/button.tsx';
import { Note } from '../parts/note.tsx';
import { route } from '../router.ts';
import { buildComing, buildWaiting, dismissBuild, takeBuild } from '../state/app-updates.ts';
import { daysUnheard, dismissUnheard, saysUnheard } from '../state/unheard.ts';
import { dismissRolledBack, dismissSwap, goBack, rolledBack, swapped } from '../state/swaps.ts';
import { askedUpdates, postponeUpdate, takeUpdate } from '../state/updates.ts';

export function Notes() {
  return (
    <div class="notes" role="status">
      {buildWaiting.value ? <NewBuild /> : null}
      {saysUnheard.value ? <Unheard /> : null}
      {route.value.place === 'library' ? null : <AskedUpdates />}
      <Swapped />
      <RolledBack />
    </div>
  );
}

function NewBuild() {
  return (
    <Note>
      <div class="row spread">
        <span>{t('newBuild')}</span>
        <span class="row">
          <Button kind="primary" busy={buildComing.value} onClick={takeBuild}>
            {t('reload')}
          </Button>
          <Button kind="quiet" disabled={buildComing.value} onClick={dismissBuild}>
            {t('later')}
          </Button>
        </span>
      </div>
    </Note>
  );
}

function Unheard() {
  return (
    <Note tone="warn">
      <div class="row spread">
        <span>{t('unheard', { n: daysUnheard.value ?? 0 })}</span>
        <Dismiss onClick={dismissUnheard} />
      </div>
    </Note>
  );
}

function AskedUpdates() {
  return (
    <>
      {askedUpdates.value.map(({ model, version }) => (
        <Note key={model}>
          <div class="row spread">
            <span>{t('asksUpdate', { model, version: String(version) })}</span>
            <span class="row">
              <Button icon="download" onClick={() => void takeUpdate(model, version)}>
                {t('update')}
              </Button>
              <Button kind="quiet" onClick={() => postponeUpdate(model, version)}>
                {t('later')}
              </Button>
            </span>
          </div>
        </Note>
      ))}
    </>
  );
}

function Swapped() {
  return (
    <>
      {swapped.value.map(swap => (
        <Note tone="good" key={swap.model}>
          <div class="row spread">
            <span>{t('swapped', { model: swap.model, version: String(swap.version) })}</span>
            <span class="row">
              <Button kind="quiet" icon="undo" onClick={() => void goBack(swap)}>
                {t('goBack')}
              </Button>
              <Dismiss onClick={() => dismissSwap(swap.model)} />
            </span>
          </div>
        </Note>
      ))}
    </>
  );
}

function RolledBack() {
  return (
    <>
      {rolledBack.value.map(({ model, version, from, problem }) => (
        <Note tone="warn" key={model}>
          <div class="row spread">
            <span>
              {t('rolledBack', { model, version: String(version), from: String(from) })}{' '}
              <span class="soft small">{t('rolledBackWhy', { problem })}</span>
            </span>
            <Dismiss onClick={() => dismissRolledBack(model)} />
          </div>
        </Note>
      ))}
    </>
  );
}

function Dismiss({ onClick }: { readonly onClick: () => void }) {
  return <Button kind="quiet" icon="close" label={common('dismiss')} onClick={onClick} />;
}
