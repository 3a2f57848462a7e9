// What the line under an answer says, explained; and the measurement that decides what computes.
import { useState } from 'preact/hooks';
import type { Failure } from '../../../core/errors.ts';
import type { ProviderMeasurement } from '../../../worker/protocol.ts';
import { formatMilliseconds } from '../../i18n/format.ts';
import { t as common } from '../../i18n/common.ts';
import { t } from '../../i18n/use.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { ErrorNote } from '../../parts/error-note.tsx';
import type { Answer } from '../../state/answers.ts';
import { measure } from '../../state/serving.ts';

export function Origin({ answer, onClose }: { readonly answer: Answer; readonly onClose: () => void }) {
  const { from, variant, provider, threads, openMs, runMs, totalMs } = answer;
  const computed = provider === 'wasm' ? `${t(provider)} · ${t('threads', { n: threads })}` : t(provider);
  return (
    <Dialog title={t('lineTitle')} onClose={onClose}>
      <p>{t('onDevice')}</p>
      <dl class="facts">
        <dt>{t('factModel')}</dt>
        <dd>{`${from.model}, ${from.version === null ? t('newShort') : common('version', { version: String(from.version) })}`}</dd>
        <dt>{t('factVariant')}</dt>
        <dd>{t('factVariantText', { variant })}</dd>
        <dt>{t('factProvider')}</dt>
        <dd>{computed}</dd>
        <dt>{t('factTime')}</dt>
        <dd>
          {t('factTimeText', {
            run: formatMilliseconds(runMs),
            total: formatMilliseconds(totalMs),
            open: formatMilliseconds(openMs),
          })}
        </dd>
      </dl>
      {from.version === null ? null : <Measure model={from.model} version={from.version} />}
    </Dialog>
  );
}

function Measure(ref: { readonly model: string; readonly version: number }) {
  const [state, setState] = useState<'idle' | 'busy' | readonly ProviderMeasurement[]>('idle');
  const [problem, setProblem] = useState<Failure | null>(null);
  const run = async () => {
    setState('busy');
    const result = await measure(ref);
    setProblem(result.ok ? null : result.error);
    setState(result.ok ? result.value : 'idle');
  };
  return (
    <div class="stack-close">
      <p class="soft small">{t('measureText')}</p>
      <div>
        <Button icon="clock" busy={state === 'busy'} onClick={() => void run()}>
          {t('measure')}
        </Button>
      </div>
      {problem ? <ErrorNote failure={problem} /> : null}
      <ul role="list" class="numbers" aria-live="polite">
        {(typeof state === 'string' ? [] : state).map(each => (
          <li key={each.provider}>{sentenceOf(each)}</li>
        ))}
      </ul>
    </div>
  );
}

function sentenceOf({ provider, medianMs, agrees, failure }: ProviderMeasurement): string {
  const name = t(provider);
  if (failure !== null) return t('measuredFailed', { provider: name });
  const time = formatMilliseconds(medianMs);
  return agrees ? t('measured', { provider: name, time }) : t('measuredDiffers', { provider: name, time });
}
