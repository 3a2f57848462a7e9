// The check of all that is stored: started, watched, stopped, and what it found.
import { isClean, type Health } from '../../../device/health.ts';
import { formatBytes } from '../../i18n/format.ts';
import { t } from '../../i18n/store.ts';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/note.tsx';
import { Progress } from '../../parts/progress.tsx';
import { checkAll, checking, health, mendAll, stopCheck } from '../../state/store-check.ts';

export function CheckStorage() {
  const progress = checking.value;
  if (progress) {
    return (
      <div class="stack-close">
        <Progress label={t('checking')} value={progress.checkedChunks} max={progress.totalChunks} />
        <div>
          <Button icon="stop" onClick={stopCheck}>
            {t('checkStop')}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <div class="stack-close">
      {health.value ? <Found found={health.value} /> : null}
      <div>
        <Button icon="search" onClick={() => void checkAll()}>
          {t('check')}
        </Button>
      </div>
    </div>
  );
}

function Found({ found }: { readonly found: Health }) {
  const { chunks, bytes, versions } = found;
  if (isClean(found)) {
    return (
      <div role="status">
        <Note tone="good">{t('checkClean', { n: chunks, bytes: formatBytes(bytes) })}</Note>
      </div>
    );
  }
  const others = othersOf(found);
  return (
    <div role="status">
      <Note tone="warn">
        {versions.length > 0 ? <span>{t('checkFound', { n: versions.length })}</span> : null}
        {others.length > 0 ? <span>{t('checkOther', { what: others.join(', ') })}</span> : null}
        {versions.length > 0 ? (
          <div class="row">
            <Button icon="download" onClick={() => void mendAll()}>
              {t('fetchAgain')}
            </Button>
          </div>
        ) : null}
      </Note>
    </div>
  );
}

function othersOf({ work, runs, rows }: Health): string[] {
  const damagedRows = Object.values(rows).reduce((sum, n) => sum + n, 0);
  return [
    ...(work.length > 0 ? [t('checkWork', { n: work.length })] : []),
    ...(runs.length > 0 ? [t('checkRuns', { n: runs.length })] : []),
    ...(damagedRows > 0 ? [t('checkRows', { n: damagedRows })] : []),
  ];
}
