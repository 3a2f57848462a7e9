// How the server is doing right now: predictions by second, models, the engines behind it, who is limited. Asked again each
// second while it is looked at.
import { useEffect, useState } from 'preact/hooks';
import type { AdminClient } from '../../../client/admin.ts';
import { readLive } from '../../../client/live.ts';
import { UpstreamsClient } from '../../../client/upstreams.ts';
import type { Live as LiveFigures } from '../../../core/artifact/live-api.ts';
import type { Upstream } from '../../../core/artifact/upstream-api.ts';
import type { Failure } from '../../../core/errors.ts';
import { t as common } from '../../i18n/common.ts';
import { formatBytes, formatDuration, formatMoment, formatSignificant } from '../../i18n/format.ts';
import { t } from '../../i18n/live.ts';
import '../../styles/live.css';
import { Button } from '../../parts/button.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { followLive } from '../../state/admin-live.ts';
import { LiveCharts, LiveNumbers } from './live-charts.tsx';
import { LiveLimits } from './live-limits.tsx';
import { LiveModels } from './live-models.tsx';
import { LiveUpstreams } from './live-upstreams.tsx';
import { admin } from './session.ts';
import { useVisible } from './use-visible.ts';

interface Look {
  readonly live: LiveFigures;
  readonly upstreams: readonly Upstream[];
}

export function Live() {
  const [isPaused, setPaused] = useState(false);
  const { look, failure, again } = useLook(isPaused);
  return (
    <div class="stack">
      <div class="row spread">
        {look ? <Facts live={look.live} /> : null}
        <Button icon={isPaused ? 'play' : 'pause'} onClick={() => setPaused(!isPaused)}>
          {isPaused ? t('goOn') : t('pause')}
        </Button>
      </div>
      {look && isPaused ? (
        <p class="soft" role="status">
          {t('paused', { when: formatMoment(look.live.at) })}
        </p>
      ) : null}
      {failure ? <ErrorNote failure={failure} onRetry={again} /> : null}
      {look ? <Figures look={look} again={again} /> : null}
      {!look && !failure ? (
        <p class="soft" role="status">
          {common('loading')}
        </p>
      ) : null}
    </div>
  );
}

function Facts({ live }: { readonly live: LiveFigures }) {
  const { uptimeSeconds, memoryBytes, sessions, http } = live;
  return (
    <p class="small soft numbers grow">
      {[
        t('since', { time: formatDuration(uptimeSeconds) }),
        t('memory', { bytes: formatBytes(memoryBytes) }),
        t('sessions', { n: sessions.open, bytes: formatBytes(sessions.bytes) }),
        t('allHttp', { rate: formatSignificant(http.requestsPerSecond) }),
        http.refusedPerSecond > 0 ? t('refusedHttp', { rate: formatSignificant(http.refusedPerSecond) }) : '',
        http.failedPerSecond > 0 ? t('failedHttp', { rate: formatSignificant(http.failedPerSecond) }) : '',
      ]
        .filter(Boolean)
        .join(' · ')}
    </p>
  );
}

function Figures({ look: { live, upstreams }, again }: { readonly look: Look; readonly again: () => void }) {
  const isIdle = live.total.requests.every(rate => rate === 0);
  return (
    <>
      {isIdle ? (
        <Empty icon="clock" title={t('none')}>
          {t('noneHint')}
        </Empty>
      ) : (
        <>
          <LiveNumbers now={live.total.now} />
          <LiveCharts total={live.total} />
          <LiveModels models={live.models} />
        </>
      )}
      <LiveUpstreams upstreams={upstreams} again={again} />
      <LiveLimits limited={live.limited} />
    </>
  );
}

/** The newest answer while it is looked at; while asking fails, the last one and why. */
function useLook(isPaused: boolean) {
  const [look, setLook] = useState<Look | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [tries, setTries] = useState(0);
  const api = admin.api.value;
  const seen = useVisible();
  useEffect(() => {
    if (!seen || isPaused) return;
    const left = new AbortController();
    void followLive({
      ask: signal => ask(api, signal),
      onAnswer: answer => {
        setLook(answer);
        setFailure(null);
      },
      onFailure: setFailure,
      signal: left.signal,
    });
    return () => left.abort();
  }, [api, seen, isPaused, tries]);
  return { look, failure, again: () => setTries(before => before + 1) };
}

async function ask({ connection }: AdminClient, signal: AbortSignal): Promise<Look> {
  const [live, upstreams] = await Promise.all([
    readLive(connection, signal),
    new UpstreamsClient(connection).list(undefined, signal),
  ]);
  return { live, upstreams };
}
