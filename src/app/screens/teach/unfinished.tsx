// Runs of a model that a closed tab left behind: how far they came, and whether they go on or away.
import { useEffect, useState } from 'preact/hooks';
import { newestOf } from '../../../device/checkpoints.ts';
import type { RunRow } from '../../../device/schema.ts';
import type { RunObstacle } from '../../../worker/protocol.ts';
import { formatMoment, formatShare } from '../../i18n/format.ts';
import { t } from '../../i18n/teach.ts';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/note.tsx';
import { samples } from '../../state/samples.ts';
import { training } from '../../state/training-run.ts';
import { obstacleTo, throwAway, unfinishedRuns } from '../../state/unfinished-runs.ts';

const obstacles = {
  version: 'unfinishedVersion',
  data: 'unfinishedData',
  state: 'unfinishedState',
} as const satisfies Record<RunObstacle, string>;

export function Unfinished({ model }: { readonly model: string }) {
  const runs = unfinishedRuns.value.filter(({ request }) => request.model === model);
  if (training.busy.value) return null;
  return (
    <>
      {runs.map(run => (
        <UnfinishedRun key={run.id} run={run} />
      ))}
    </>
  );
}

function UnfinishedRun({ run }: { readonly run: RunRow }) {
  const obstacle = useObstacle(run);
  const { step, savedAt } = newestOf(run);
  const facts = {
    share: formatShare(step / run.steps, 0),
    time: formatMoment(savedAt),
    version: String(run.request.version),
  };
  return (
    <Note tone={obstacle ? 'warn' : 'info'}>
      <h2>{t('unfinished')}</h2>
      <p>{t('unfinishedOf', facts)}</p>
      {obstacle ? <p>{t(obstacles[obstacle])}</p> : null}
      <div class="row">
        {obstacle ? null : (
          <Button
            kind="primary"
            icon="play"
            disabled={obstacle === undefined}
            onClick={() => void training.goOn(run)}
          >
            {t('continueRun')}
          </Button>
        )}
        <Button icon="remove" onClick={() => void throwAway(run.id)}>
          {t('throwAway')}
        </Button>
      </div>
    </Note>
  );
}

/** Undefined until it has been looked at; again when there are other samples. */
function useObstacle({ id }: RunRow): RunObstacle | null | undefined {
  const [obstacle, setObstacle] = useState<RunObstacle | null>();
  const now = samples.value;
  useEffect(() => {
    let isCurrent = true;
    void obstacleTo(id).then(found => {
      if (isCurrent) setObstacle(found);
    });
    return () => {
      isCurrent = false;
    };
  }, [id, now]);
  return obstacle;
}
