// A form made from a file's own interface, to try it on this device before anybody else gets it.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Failure } from '../../../core/errors.ts';
import { numbersOf } from '../../../core/runtime/recorded-tensors.ts';
import type { Tensor, TensorMap } from '../../../core/tensor.ts';
import type { Prediction } from '../../../worker/protocol.ts';
import { t } from '../../i18n/admin.ts';
import { formatMilliseconds, formatNumber } from '../../i18n/format.ts';
import { ErrorNote } from '../../parts/error-note.tsx';
import { TensorForm } from '../../parts/tensor-form.tsx';
import type { Inspected } from '../../state/brought-model.ts';
import { need } from '../../state/services.ts';

/** More values of an output than this are not shown. */
const shownValues = 64;

export function TryFile({ inspected }: { readonly inspected: Inspected }) {
  const { file, inspection } = inspected;
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Prediction | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  const session = useFileSession(file);
  const run = async (inputs: TensorMap) => {
    setBusy(true);
    setProblem(null);
    const result = await session(inputs);
    if (result.ok) setAnswer(result.value);
    else setProblem(result.error);
    setBusy(false);
  };
  return (
    <details class="card fold">
      <summary>{t('tryTitle')}</summary>
      <div class="stack">
        <p class="soft">{t('tryHint')}</p>
        <TensorForm
          interface={inspection.interface}
          busy={busy}
          action={t('run')}
          onRun={inputs => void run(inputs)}
        />
        {problem ? <ErrorNote failure={problem} /> : null}
        {answer && !problem ? <Outputs answer={answer} /> : null}
      </div>
    </details>
  );
}

/** Opens the file when it is first run, and again where its worker is gone; closes it with the screen. */
function useFileSession(file: Inspected['file']) {
  const open = useRef<{ handle: number; generation: number } | null>(null);
  const { serving } = need();
  useEffect(
    () => () => {
      const last = open.current;
      if (last?.generation === serving.generation) void serving.call(api => api.close(last.handle));
    },
    [serving],
  );
  return async (inputs: TensorMap) => {
    if (open.current?.generation !== serving.generation) {
      const opened = await serving.call(api => api.openFile(file));
      if (!opened.ok) return opened;
      open.current = { handle: opened.value.handle, generation: serving.generation };
    }
    const { handle } = open.current;
    return serving.predict(handle, inputs);
  };
}

function Outputs({ answer }: { readonly answer: Prediction }) {
  return (
    <div class="stack-close" role="status">
      <p class="small soft">
        {t('ranIn', { provider: answer.provider, time: formatMilliseconds(answer.runMs) })}
      </p>
      {Object.entries(answer.outputs).map(([name, tensor]) => (
        <div key={name}>
          <code>{name}</code>{' '}
          <span class="soft small">
            {tensor.datatype} [{tensor.shape.join(' × ')}]
          </span>
          <p class="detail numbers">{valuesOf(tensor)}</p>
        </div>
      ))}
    </div>
  );
}

function valuesOf(tensor: Tensor): string {
  const all =
    tensor.datatype === 'BYTES'
      ? (tensor.data as string[])
      : numbersOf(tensor).map(value => formatNumber(value, undefined, 5));
  return all.slice(0, shownValues).join('  ') + (all.length > shownValues ? ' …' : '');
}
