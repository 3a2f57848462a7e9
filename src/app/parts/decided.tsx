// What was decided: the word with how sure it is, and what else it could have been.
import type { ModelInterface } from '../../core/artifact/interface.ts';
import type { Decided } from '../../core/evaluate/decide.ts';
import { formatNumber, formatShare } from '../i18n/format.ts';
import { t } from '../i18n/decided.ts';
import { Bars } from './bars.tsx';

/** More bars than this say less; the rest is summed. */
const barsAtMost = 12;

/** Of the output that the decision reads. */
export function decidedUnit({ outputs, decision }: ModelInterface): string | null {
  return outputs.find(output => output.name === decision?.output)?.meaning?.unit ?? null;
}

export function DecidedWord({ decided, unit }: { readonly decided: Decided; readonly unit: string | null }) {
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

export function DecidedBars(props: { readonly decided: Decided; readonly labels: readonly string[] | null }) {
  const { decided, labels } = props;
  if (!decided.probabilities) return null;
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
