// A form that changes what is said about a model: saved over nobody else's changes, which are said instead.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ModelChange } from '../../../core/artifact/registry-api.ts';
import type { ModelAnswer } from '../../../client/registry.ts';
import { t } from '../../i18n/admin.ts';
import { t as common } from '../../i18n/common.ts';
import { Button } from '../../parts/button.tsx';
import { toast } from '../../parts/toast.tsx';
import { Refused } from './refused.tsx';
import { useAct } from './use-act.ts';

interface ChangeFormProps {
  /** As it was when the form was opened. */
  readonly answer: ModelAnswer;
  /** Null while what is written cannot be saved. */
  readonly change: ModelChange | null;
  readonly onDone: () => void;
  readonly children: ComponentChildren;
}

export function ChangeForm({ answer, change, onDone, children }: ChangeFormProps) {
  const [{ model, etag }] = useState(answer);
  const { busy, problem, act } = useAct();
  const save = async () => {
    if (!change) return;
    const done = await act(api => api.changeModel(model.model, change, etag));
    if (!done.ok) return;
    toast(t('saved'));
    onDone();
  };
  return (
    <form
      class="stack"
      onSubmit={event => {
        event.preventDefault();
        void save();
      }}
    >
      {children}
      {problem ? <Refused problem={problem} /> : null}
      <div class="row">
        <Button kind="primary" type="submit" busy={busy} disabled={!change}>
          {t('save')}
        </Button>
        <Button onClick={onDone}>{common('cancel')}</Button>
      </div>
    </form>
  );
}
