// One sample, answered by the candidate and by its parent, side by side: figures convince, seeing it convinces more.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { signal } from '@preact/signals';
import type { Candidate } from '../../../core/artifact/documents.ts';
import { type Decided, decide } from '../../../core/evaluate/decide.ts';
import { type Failure, toFailure } from '../../../core/errors.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { formatShare } from '../../i18n/format.ts';
import { t } from '../../i18n/judge.ts';
import { Bars } from '../../parts/bars.tsx';
import { Card } from '../../parts/card.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { SampleInput, sampleSource } from '../../parts/sample-input.tsx';
import { toInput } from '../../state/inputs.ts';
import { createLatest } from '../../state/latest.ts';
import { predict, type Target } from '../../state/serving.ts';

/** Of many classes, the most probable are shown. */
const shownClasses = 5;

export interface TryBothProps {
  readonly digest: string;
  readonly candidate: Candidate;
  readonly oldName: string;
  readonly newName: string;
}

type Pair = readonly [old: Decided | null, now: Decided | null];

export function TryBoth({ digest, candidate, oldName, newName }: TryBothProps) {
  const [numbers, setNumbers] = useState<readonly number[] | null>(null);
  const both = useMemo(() => createBoth(candidate, digest), [digest]);
  useEffect(() => both.ask(numbers), [numbers, both]);
  if (sampleSource(candidate.interface) === null || !candidate.parent) return null;
  const [old, now] = both.pair.value ?? [null, null];
  return (
    <Card title={t('tryTitle')}>
      <div class="judge-columns">
        <div class="stack">
          <p class="soft">{t('tryHint')}</p>
          <SampleInput interface={candidate.interface} label={t('tryHint')} onNumbers={setNumbers} />
        </div>
        <div class="stack" aria-live="polite">
          {both.problem.value ? <ErrorNote failure={both.problem.value} /> : null}
          {numbers === null ? (
            <p class="soft">{t('triedNothing')}</p>
          ) : (
            <>
              <Said name={oldName} decided={old} labels={candidate.labels} />
              <Said name={newName} decided={now} labels={candidate.labels} />
            </>
          )}
        </div>
      </div>
    </Card>
  );
}

function Said(props: {
  readonly name: string;
  readonly decided: Decided | null;
  readonly labels: readonly string[] | null;
}) {
  const { name, decided, labels } = props;
  const rows = (decided?.probabilities ?? [])
    .map((value, i) => ({ label: labels?.[i] ?? String(i), value }))
    .sort((a, b) => b.value - a.value)
    .slice(0, shownClasses);
  return (
    <div class="stack-close">
      <h3>
        {name}: {answerWords(decided)}
      </h3>
      {rows.length > 0 ? <Bars label={name} rows={rows} best={0} /> : null}
    </div>
  );
}

/** Null while the answer is on its way. */
function answerWords(decided: Decided | null): string {
  if (!decided) return '…';
  const label = decided.label ?? (decided.score === null ? '–' : formatShare(decided.score));
  return decided.sure ? label : t('triedNotSure', { label });
}

/** The latest sample only; both answers are shown together or not at all. */
function createBoth(candidate: Candidate, digest: string) {
  const pair = signal<Pair | null>(null);
  const problem = signal<Failure | null>(null);
  const { model, parent } = candidate;
  const targets: readonly Target[] = [{ model, version: parent?.version ?? 0 }, { candidate: digest }];
  const run = async (numbers: readonly number[]): Promise<Result<Pair>> => {
    const answers = [];
    for (const target of targets) answers.push(await answer(candidate, target, numbers));
    const [old, now] = answers as [Result<Decided | null>, Result<Decided | null>];
    if (!old.ok) return old;
    return now.ok ? ok([old.value, now.value]) : now;
  };
  const latest = createLatest(run, result => {
    pair.value = result.ok ? result.value : null;
    problem.value = result.ok ? null : result.error;
  });
  return {
    pair,
    problem,
    ask(numbers: readonly number[] | null): void {
      if (numbers === null) pair.value = problem.value = null;
      latest(numbers);
    },
  };
}

async function answer(
  { interface: face, labels }: Candidate,
  target: Target,
  numbers: readonly number[],
): Promise<Result<Decided | null>> {
  const input = face.inputs[0]!;
  const served = await predict(target, { [input.name]: toInput(input, numbers) });
  if (!served.ok) return served;
  try {
    return ok(decide(face, labels, served.value.outputs)[0] ?? null);
  } catch (thrown) {
    return fail(toFailure(thrown));
  }
}
