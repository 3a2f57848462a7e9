// An answer: the word, how sure, where it came from, and what else it could have been.
import { useState } from 'preact/hooks';
import type { Decided } from '../../../core/evaluate/decide.ts';
import { formatMilliseconds, formatNumber, formatShare } from '../../i18n/format.ts';
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/use.ts';
import { Bars } from '../../parts/bars.tsx';
import { Icon } from '../../parts/icon.tsx';
import type { Answer } from '../../state/answers.ts';
import { madeBy } from '../../state/peers.ts';
import { Origin } from './origin.tsx';

/** More bars than this say less; the rest is summed. */
const barsAtMost = 12;

/** `asked`: whether there is anything to be answered. The place it takes is the same with and without an answer. */
export function AnswerHead({ answer, asked }: { readonly answer: Answer | null; readonly asked: boolean }) {
  const decided = answer?.decided[0];
  return (
    <section class="answer" aria-label={t('answer')}>
      <output class="answer-word" aria-live="polite">
        {decided ? (
          <Word decided={decided} unit={unitOf(answer)} />
        ) : (
          <Nothing answer={answer} asked={asked} />
        )}
      </output>
      <OriginLine answer={answer} />
    </section>
  );
}

function Nothing({ answer, asked }: { readonly answer: Answer | null; readonly asked: boolean }) {
  if (answer) return null;
  return <span class="answer-none soft">{asked ? t('thinking') : t('waiting')}</span>;
}

function unitOf(answer: Answer | null): string | null {
  const { outputs, decision } = answer?.from.manifest.interface ?? {};
  return outputs?.find(output => output.name === decision?.output)?.meaning?.unit ?? null;
}

function Word({ decided, unit }: { readonly decided: Decided; readonly unit: string | null }) {
  const { label, probability, score, sure } = decided;
  if (label === null) {
    return <strong>{`${formatNumber(score ?? Number.NaN, undefined, 4)}${unit ? ` ${unit}` : ''}`}</strong>;
  }
  const share = probability === null ? formatNumber(score ?? Number.NaN) : formatShare(probability);
  return sure ? (
    <>
      <strong>{label}</strong> <span class="answer-share">{share}</span>
    </>
  ) : (
    <>
      <strong class="answer-unsure">{t('notSure')}</strong>{' '}
      <span class="answer-share">{`${t('bestGuess', { label })} · ${share}`}</span>
    </>
  );
}

export function AnswerDetails({ answer }: { readonly answer: Answer }) {
  const decided = answer.decided[0];
  if (!decided?.probabilities) return null;
  const { labels } = answer.from.manifest;
  const rows = decided.probabilities.map((value, i) => ({ label: labels?.[i] ?? String(i), value }));
  if (rows.length <= barsAtMost) {
    return <Bars label={t('probabilities')} rows={rows} best={decided.index} />;
  }
  const sorted = [...rows].sort((a, b) => b.value - a.value);
  const rest = sorted.slice(barsAtMost);
  const share = formatShare(rest.reduce((sum, row) => sum + row.value, 0));
  return (
    <div class="stack-close">
      <Bars label={t('probabilities')} rows={sorted.slice(0, barsAtMost)} best={0} />
      <p class="soft small">{t('others', { n: rest.length, share })}</p>
    </div>
  );
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
