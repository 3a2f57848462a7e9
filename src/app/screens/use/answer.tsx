// An answer: the word, how sure, where it came from, and what else it could have been.
import { useState } from 'preact/hooks';
import { formatMilliseconds } from '../../i18n/format.ts';
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/use.ts';
import { DecidedBars, decidedUnit, DecidedWord } from '../../parts/decided.tsx';
import { Icon } from '../../parts/icon.tsx';
import type { Answer } from '../../state/answers.ts';
import { madeBy } from '../../state/peers.ts';
import { Origin } from './origin.tsx';

/** The place it takes is the same with and without an answer. */
export function AnswerHead(props: {
  readonly answer: Answer | null;
  /** Whether there is anything to be answered. */
  readonly asked: boolean;
  /** What is to be done where there is not; absent: to draw. */
  readonly waiting?: string;
}) {
  const { answer, asked, waiting = t('waiting') } = props;
  const decided = answer?.decided[0];
  return (
    <section class="answer" aria-label={t('answer')}>
      <output class="answer-word" aria-live="polite">
        {decided ? (
          <DecidedWord decided={decided} unit={unitOf(answer)} />
        ) : (
          <Nothing answer={answer} says={asked ? t('thinking') : waiting} />
        )}
      </output>
      <OriginLine answer={answer} />
    </section>
  );
}

function Nothing({ answer, says }: { readonly answer: Answer | null; readonly says: string }) {
  if (answer) return null;
  return <span class="answer-none soft">{says}</span>;
}

function unitOf(answer: Answer | null): string | null {
  return answer && decidedUnit(answer.from.manifest.interface);
}

export function AnswerDetails({ answer }: { readonly answer: Answer }) {
  const [decided] = answer.decided;
  return decided ? <DecidedBars decided={decided} labels={answer.from.manifest.labels} /> : null;
}

/** The small, steady line; a tap explains it. */
function OriginLine({ answer }: { readonly answer: Answer | null }) {
  const [open, setOpen] = useState(false);
  if (!answer) return <p class="origin-line small soft">&nbsp;</p>;
  const { from, variant, provider, runMs } = answer;
  const parts = [
    t('device'),
    `${from.model} ${from.version === null ? t('newShort') : common('versionShort', { version: String(from.version) })}`,
    from.candidate === null ? variant : t('unnumberedShort', { name: madeBy(from.candidate) }),
    t(provider),
    formatMilliseconds(runMs),
  ];
  return (
    <>
      <button type="button" class="origin-line small" onClick={() => setOpen(true)}>
        <span>{parts.join(' · ')}</span>
        <Icon name="info" small />
      </button>
      {open ? <Origin answer={answer} onClose={() => setOpen(false)} /> : null}
    </>
  );
}
