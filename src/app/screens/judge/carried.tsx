// A candidate that came from another device: nobody has judged it here yet, until somebody asks for it.
import { useState } from 'preact/hooks';
import type { Candidate } from '../../../core/artifact/documents.ts';
import { type Failure, toFailure } from '../../../core/errors.ts';
import type { Comparison } from '../../../core/evaluate/compare.ts';
import { t } from '../../i18n/judge.ts';
import { Button } from '../../parts/button.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Note } from '../../parts/note.tsx';
import { compareWithParent } from '../../state/judge.ts';
import { deviceName } from '../../state/peers.ts';

export function Carried(props: {
  readonly from: string;
  readonly digest: string;
  readonly candidate: Candidate;
  readonly onJudged: (comparison: Comparison) => void;
}) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Failure | null>(null);
  const judge = async () => {
    setBusy(true);
    setProblem(null);
    try {
      props.onJudged(await compareWithParent(props.digest, props.candidate));
    } catch (thrown) {
      setProblem(toFailure(thrown));
    }
    setBusy(false);
  };
  return (
    <Note>
      <span>{t('carried', { name: deviceName(props.from) })}</span>
      <span class="soft">{t('carriedBody')}</span>
      {problem ? <ErrorNote failure={problem} /> : null}
      <div class="row">
        <Button icon="judge" busy={busy} onClick={() => void judge()}>
          {t('judgeHere')}
        </Button>
      </div>
    </Note>
  );
}
