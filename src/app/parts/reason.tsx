// A question that is answered by doing it, with a reason that stays in the audit, or by leaving it.
import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { t as common } from '../i18n/common.ts';
import { t } from '../i18n/parts.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { TextField } from './field.tsx';

interface ReasonQuestion {
  readonly title: string;
  /** What follows from it. */
  readonly body: string;
  /** The verb on the button. */
  readonly action: string;
  readonly kind?: 'primary' | 'danger';
}

/** What was decided; `why` null where no reason was given. */
export interface Reason {
  readonly why: string | null;
}

/** As the registry limits it (`whySchema`). */
export const longestWhy = 1024;

const asked = signal<(ReasonQuestion & { answer: (reason: Reason | null) => void }) | null>(null);

/** Null: it is left. */
export function askReason(question: ReasonQuestion): Promise<Reason | null> {
  asked.value?.answer(null);
  return new Promise(resolve => {
    asked.value = {
      ...question,
      answer: reason => {
        asked.value = null;
        resolve(reason);
      },
    };
  });
}

/** Stands once on the screen that asks. */
export function ReasonHost() {
  const question = asked.value;
  return question ? <ReasonDialog key={question.title} question={question} /> : null;
}

function ReasonDialog({ question }: { readonly question: NonNullable<(typeof asked)['value']> }) {
  const [why, setWhy] = useState('');
  const yes = () => question.answer({ why: why.trim() || null });
  return (
    <Dialog
      title={question.title}
      onClose={() => question.answer(null)}
      actions={
        <>
          <Button onClick={() => question.answer(null)}>{common('cancel')}</Button>
          <Button kind={question.kind ?? 'primary'} onClick={yes}>
            {question.action}
          </Button>
        </>
      }
    >
      <p>{question.body}</p>
      <form
        onSubmit={event => {
          event.preventDefault();
          yes();
        }}
      >
        <TextField label={t('why')} hint={t('whyHint')} value={why} maxLength={longestWhy} onInput={setWhy} />
      </form>
    </Dialog>
  );
}
