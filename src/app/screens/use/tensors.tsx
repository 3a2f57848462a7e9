// Any other model: a form from its interface, and its outputs as they are.
import { useMemo, useState } from 'preact/hooks';
import { numbersOf } from '../../../core/runtime/recorded-tensors.ts';
import type { Tensor, TensorMap } from '../../../core/tensor.ts';
import { formatNumber } from '../../i18n/format.ts';
import { t } from '../../i18n/use.ts';
import { Card } from '../../parts/card.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import { TensorForm } from '../../parts/tensor-form.tsx';
import { createLiveAnswers } from '../../state/answers.ts';
import { AnswerDetails, AnswerHead } from './answer.tsx';
import type { WayProps } from './use.tsx';

/** Numbers of one output that are shown. */
const shownAtMost = 64;

export default function Tensors({ inUse, variant }: WayProps) {
  const live = useMemo(createLiveAnswers, []);
  const [asked, setAsked] = useState(false);
  const answer = live.answer.value;
  const run = (inputs: TensorMap) => {
    setAsked(true);
    live.ask({ version: inUse, variant, inputs });
  };
  return (
    <div class="live">
      <div class="live-head stack-close">
        {asked ? <AnswerHead answer={answer} asked /> : null}
        {live.problem.value ? <ErrorNote failure={live.problem.value} /> : null}
      </div>
      <div class="live-input">
        <TensorForm interface={inUse.manifest.interface} onRun={run} />
      </div>
      <div class="live-details stack">
        {answer ? <AnswerDetails answer={answer} /> : null}
        {answer && answer.decided.length === 0 ? (
          <Card title={t('outputs')}>
            <p class="soft small">{t('outputsText')}</p>
            <Outputs outputs={answer.outputs} />
          </Card>
        ) : null}
      </div>
    </div>
  );
}

/** Named tensors, flat, cut short. */
export function Outputs({ outputs }: { readonly outputs: TensorMap }) {
  return (
    <dl class="stack-close">
      {Object.entries(outputs).map(([name, tensor]) => (
        <div key={name}>
          <dt>
            <code>{name}</code>{' '}
            <span class="soft small">{`${tensor.datatype} · ${tensor.shape.join(' × ')}`}</span>
          </dt>
          <dd class="detail">{valuesOf(tensor)}</dd>
        </div>
      ))}
    </dl>
  );
}

function valuesOf(tensor: Tensor): string {
  const values =
    tensor.datatype === 'BYTES'
      ? (tensor.data as string[]).slice(0, shownAtMost)
      : numbersOf(tensor)
          .slice(0, shownAtMost)
          .map(value => formatNumber(value, undefined, 6));
  const more = tensor.data.length - values.length;
  return values.join('  ') + (more > 0 ? ` ${t('outputMore', { n: more })}` : '');
}
