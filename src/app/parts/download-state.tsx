// A download: bytes, rate, time left; pause, go on, drop.
import { formatBytes, formatDuration, formatShare } from '../i18n/format.ts';
import { t } from '../i18n/download.ts';
import { cancel, type Download, get, getAnyway, pause } from '../state/downloads.ts';
import { Button } from './button.tsx';
import { ErrorNote } from './error-note.tsx';
import { Progress } from './progress.tsx';

export function DownloadState({ download }: { readonly download: Download }) {
  const { model, version, state, problem, receivedBytes, totalBytes } = download;
  const goOn = () => void get(model, version);
  const drop = (
    <Button kind="quiet" icon="close" onClick={() => void cancel(model, version)}>
      {t('drop')}
    </Button>
  );
  if (state === 'failed' && problem) return <ErrorNote failure={problem} onRetry={goOn} action={drop} />;
  if (state === 'metered') {
    return (
      <div class="stack-close">
        <p>{t('metered')}</p>
        <div class="row">
          <Button icon="download" onClick={() => void getAnyway(model, version)}>
            {t('anyway')}
          </Button>
          {drop}
        </div>
      </div>
    );
  }
  const known = totalBytes > 0;
  return (
    <div class="stack-close">
      <Progress
        label={state === 'running' ? runningText(download) : t('paused')}
        value={known ? receivedBytes : state === 'running' ? null : 0}
        max={totalBytes}
        {...(known ? { detail: detailOf(download) } : {})}
      />
      <div class="row">
        {state === 'running' ? (
          <Button icon="pause" onClick={() => pause(model, version)}>
            {t('pause')}
          </Button>
        ) : (
          <Button kind="primary" icon="play" onClick={goOn}>
            {t('resume')}
          </Button>
        )}
        {drop}
      </div>
    </div>
  );
}

function runningText({ receivedBytes, totalBytes }: Download): string {
  return totalBytes > 0 ? t('running', { share: formatShare(receivedBytes / totalBytes, 0) }) : t('starting');
}

function detailOf({ receivedBytes, totalBytes, secondsLeft }: Download): string {
  const bytes = t('bytes', { received: formatBytes(receivedBytes), total: formatBytes(totalBytes) });
  return secondsLeft === null ? bytes : `${bytes} · ${formatDuration(secondsLeft)}`;
}
