// How much room the app takes, and whether the browser keeps it.
import { useEffect } from 'preact/hooks';
import { isMetered } from '../../../device/connection-kind.ts';
import { bytesOf } from '../../../device/checkpoints.ts';
import { formatBytes } from '../../i18n/format.ts';
import { t } from '../../i18n/library.ts';
import { t as store } from '../../i18n/store.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Check } from '../../parts/field.tsx';
import { Note } from '../../parts/note.tsx';
import { Progress } from '../../parts/progress.tsx';
import { toast } from '../../parts/toast.tsx';
import { href } from '../../router.ts';
import { candidates } from '../../state/candidates.ts';
import { installed } from '../../state/installed.ts';
import { changeSettings, settings } from '../../state/settings.ts';
import { askToKeep, loadStorage, loadUsage, smallRoom, storage } from '../../state/storage.ts';
import { unfinishedRuns } from '../../state/unfinished-runs.ts';
import { CheckStorage } from './check-storage.tsx';
import { Room } from './room.tsx';

export function StorageMeter() {
  const rows = installed.value;
  useEffect(() => {
    void loadStorage();
    void loadUsage();
  }, [rows, candidates.value]);
  const state = storage.value;
  return (
    <Card title={t('storage')}>
      <div class="stack-close">
        {state ? <Meter used={state.usageBytes} quota={state.quotaBytes} /> : <p>{t('unknown')}</p>}
        {smallRoom.value ? <Note tone="warn">{store('smallRoom')}</Note> : null}
        <Room />
        <UnfinishedRuns />
        {state ? (
          <div class="row spread">
            <span class="soft small grow">{state.persisted ? t('persisted') : t('notPersisted')}</span>
            {state.persisted ? null : (
              <Button onClick={() => void askToKeep().then(kept => kept || toast(t('keepRefused')))}>
                {t('keep')}
              </Button>
            )}
          </div>
        ) : null}
        <OverMetered />
        <CheckStorage />
      </div>
    </Card>
  );
}

/** Where the browser tells which links are metered. */
function OverMetered() {
  const stored = settings.value;
  if (!stored || isMetered() === null) return null;
  return (
    <Check checked={stored.overMetered} onChange={overMetered => void changeSettings({ overMetered })}>
      {store('overMetered')}
    </Check>
  );
}

/** What they take; they are thrown away, or gone on with, where they were begun. */
function UnfinishedRuns() {
  const runs = unfinishedRuns.value;
  if (runs.length === 0) return null;
  return (
    <ul role="list">
      {runs.map(run => (
        <li key={run.id} class="row spread">
          <span class="small grow">
            {t('unfinishedRun', { model: run.request.model, size: formatBytes(bytesOf(run)) })}
          </span>
          <LinkButton href={href('teach', run.request.model)}>{t('toTeach')}</LinkButton>
        </li>
      ))}
    </ul>
  );
}

function Meter({ used, quota }: { readonly used: number | null; readonly quota: number | null }) {
  if (used === null) return <p>{t('unknown')}</p>;
  if (quota === null) return <p>{t('usedOnly', { used: formatBytes(used) })}</p>;
  const label = t('used', { used: formatBytes(used), quota: formatBytes(quota) });
  return <Progress label={label} value={used} max={quota} />;
}
