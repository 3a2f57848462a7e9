// Any two versions on this device, judged on the same held-out rows.
import { useState } from 'preact/hooks';
import { type Failure, toFailure } from '../../../core/errors.ts';
import type { Comparison } from '../../../core/evaluate/compare.ts';
import type { Installed } from '../../../device/schema.ts';
import { t } from '../../i18n/judge.ts';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { Progress } from '../../parts/progress.tsx';
import { Select } from '../../parts/select.tsx';
import { compareVersions } from '../../state/judge.ts';
import { ComparisonCards, VerdictSentence } from './verdict.tsx';

interface Outcome {
  readonly older: string;
  readonly newer: string;
  readonly comparison: Comparison;
}

/** @param rows of one model, newest version first. */
export function CompareTwo({ model, rows }: { readonly model: string; readonly rows: readonly Installed[] }) {
  const versions = rows.map(row => String(row.version));
  const [older, setOlder] = useState(versions[1] ?? versions[0] ?? '');
  const [newer, setNewer] = useState(versions[0] ?? '');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Failure | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const options = versions.map(value => ({ value, label: t('versionOption', { version: value }) }));
  const run = async () => {
    setBusy(true);
    setProblem(null);
    setOutcome(null);
    try {
      const comparison = await compareVersions(
        { model, version: Number(older) },
        { model, version: Number(newer) },
      );
      setOutcome({ older, newer, comparison });
    } catch (thrown) {
      setProblem(toFailure(thrown, 'RuntimeFailed'));
    } finally {
      setBusy(false);
    }
  };
  if (rows.length < 2) {
    return (
      <Card title={t('compareTwo')}>
        <p class="soft">{t('needTwo')}</p>
      </Card>
    );
  }
  return (
    <>
      <Card title={t('compareTwo')}>
        <div class="stack">
          <div class="judge-pair">
            <Select label={t('compareOld')} value={older} options={options} onChange={setOlder} />
            <Select label={t('compareNew')} value={newer} options={options} onChange={setNewer} />
            <Button icon="judge" busy={busy} disabled={older === newer} onClick={run}>
              {t('compareNow')}
            </Button>
          </div>
          {busy ? <Progress label={t('comparing')} value={null} /> : null}
          {problem ? <ErrorNote failure={problem} onRetry={() => void run()} /> : null}
          {outcome ? <VerdictSentence comparison={outcome.comparison} /> : null}
        </div>
      </Card>
      {outcome ? (
        <ComparisonCards
          comparison={outcome.comparison}
          oldName={t('oldVersion', { version: outcome.older })}
          newName={t('oldVersion', { version: outcome.newer })}
        />
      ) : null}
    </>
  );
}
