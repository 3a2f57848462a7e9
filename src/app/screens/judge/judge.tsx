// Judge: old against new in one sentence, then in figures, then the choice. Without a candidate: any two versions, or one.
import { useMemo, useState } from 'preact/hooks';
import '../../styles/charts.css';
import '../../styles/judge.css';
import { failure } from '../../../core/errors.ts';
import type { Comparison } from '../../../core/evaluate/compare.ts';
import { pageAsks } from '../../../core/page/page-facts.ts';
import type { CandidateRow } from '../../../device/schema.ts';
import { formatDate } from '../../i18n/format.ts';
import { t } from '../../i18n/judge.ts';
import { Button, LinkButton } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { NeedsModel } from '../../parts/needs-model.tsx';
import { Note } from '../../parts/note.tsx';
import { SavePage } from '../../parts/save-page.tsx';
import { href } from '../../router.ts';
import { candidates } from '../../state/candidates.ts';
import { currentActive, currentModel } from '../../state/current.ts';
import { installedByModel } from '../../state/installed.ts';
import { firstToJudge, type Judged, readJudged } from '../../state/judge.ts';
import { deviceName } from '../../state/peers.ts';
import { ByDevice } from './by-device.tsx';
import { Carried } from './carried.tsx';
import { CompareTwo } from './compare-two.tsx';
import { Decide, StateChip } from './decide.tsx';
import { OwnScores, Scores } from './own-scores.tsx';
import { TryBoth } from './try-both.tsx';
import { UseNow } from './use-now.tsx';
import { ComparisonCards, VerdictSentence } from './verdict.tsx';

export default function Judge() {
  const model = currentModel.value;
  if (model === null) {
    return (
      <NeedsModel icon="judge" heading={t('title')} title={t('nothing')}>
        {t('nothingBody')}
      </NeedsModel>
    );
  }
  return <JudgeModel key={model} model={model} />;
}

function JudgeModel({ model }: { readonly model: string }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const mine = candidates.value.filter(row => row.model === model);
  const shown = mine.find(row => row.digest === chosen) ?? firstToJudge(mine);
  const rows = installedByModel.value.get(model) ?? [];
  const active = rows.find(row => row.version === currentActive.value?.version);
  return (
    <>
      <header class="page-head">
        <h1>{t('ofModel', { model })}</h1>
        {rows.length > 0 ? (
          <LinkButton icon="teach" href={href('teach', model)}>
            {t('toTeach')}
          </LinkButton>
        ) : null}
      </header>
      <div class="stack">
        {shown ? <JudgeCandidate key={shown.digest} row={shown} /> : null}
        {mine.length > 1 ? <Candidates rows={mine} shown={shown} onLook={setChosen} /> : null}
        {shown === null && active ? <OwnScores row={active} /> : null}
        {rows.length > 0 ? (
          <CompareTwo key={rows.map(row => row.version).join()} model={model} rows={rows} />
        ) : null}
        {shown !== null && active ? <OwnScores row={active} /> : null}
      </div>
    </>
  );
}

function JudgeCandidate({ row }: { readonly row: CandidateRow }) {
  const judged = useMemo(() => readJudged(row), [row]);
  return judged.candidate.parent ? <JudgeChild {...judged} /> : <JudgeFounding {...judged} />;
}

/** It has no version before it to be held against: its own figures are all that is known. */
function JudgeFounding({ row, candidate }: Judged) {
  return (
    <>
      {row.from === null ? null : <Note>{t('carried', { name: deviceName(row.from) })}</Note>}
      <Scores of={candidate} title={t('newScores')} empty={t('newScoresEmpty')} who={t('newCandidate')} />
      <Decide row={row} founds comparison={null}>
        <UseNow digest={row.digest} candidate={candidate} />
        <PageOf row={row} candidate={candidate} />
      </Decide>
    </>
  );
}

function JudgeChild({ row, comparison: stored, candidate }: Judged) {
  const [judgedHere, setJudgedHere] = useState<Comparison | null>(null);
  const comparison = stored ?? judgedHere;
  const oldName = t('oldVersion', { version: String(candidate.parent?.version ?? '–') });
  return (
    <>
      {comparison ? (
        <VerdictSentence comparison={comparison} />
      ) : row.from !== null ? (
        <Carried from={row.from} digest={row.digest} candidate={candidate} onJudged={setJudgedHere} />
      ) : (
        <ErrorNote failure={failure('DocumentInvalid', `comparison of candidate ${row.digest}`)} />
      )}
      {comparison ? (
        <ComparisonCards comparison={comparison} oldName={oldName} newName={t('newCandidate')} />
      ) : null}
      {comparison?.devices ? <ByDevice scores={comparison.devices} /> : null}
      <Decide row={row} founds={false} comparison={comparison}>
        <UseNow digest={row.digest} candidate={candidate} />
        <PageOf row={row} candidate={candidate} />
      </Decide>
      <TryBoth digest={row.digest} candidate={candidate} oldName={oldName} newName={t('newCandidate')} />
    </>
  );
}

function PageOf({ row, candidate }: Pick<Judged, 'row' | 'candidate'>) {
  if (pageAsks(candidate.interface) === null) return null;
  return (
    <div class="judge-choice">
      <SavePage model={candidate.model} of={{ candidate: row.digest }} interface={candidate.interface} />
      <span class="small soft">{t('pageHint')}</span>
    </div>
  );
}

function Candidates(props: {
  readonly rows: readonly CandidateRow[];
  readonly shown: CandidateRow | null;
  readonly onLook: (digest: string) => void;
}) {
  return (
    <Card title={t('candidates')}>
      <ul role="list" class="judge-list">
        {props.rows.map(row => (
          <li key={row.digest}>
            <span class="row">
              <span>{originOf(row)}</span>
              <StateChip row={row} />
              {row.from === null ? null : <Chip icon="device">{deviceName(row.from)}</Chip>}
            </span>
            <Button
              kind="quiet"
              pressed={row.digest === props.shown?.digest}
              onClick={() => props.onLook(row.digest)}
            >
              {row.digest === props.shown?.digest ? t('showing') : t('look')}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function originOf(row: CandidateRow): string {
  const { parent } = readJudged(row).candidate;
  const when = formatDate(row.createdAt);
  return parent ? t('candidateFrom', { version: String(parent.version), when }) : t('candidateNew', { when });
}
