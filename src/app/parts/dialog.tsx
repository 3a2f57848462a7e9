// A native modal dialog, and `askConfirm`, which asks a yes-or-no question through it.
import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { t } from '../i18n/common.ts';
import { Button } from './button.tsx';

/** Mount it to open it; `onClose` comes on Escape, on the backdrop, and on the close button. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Buttons at the end; a close button stands there without them. */
  readonly actions?: ComponentChildren;
}) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      class="dialog"
      aria-labelledby={id}
      onCancel={event => {
        event.preventDefault();
        props.onClose();
      }}
      onClick={event => {
        if (event.target === ref.current) props.onClose();
      }}
    >
      <div class="dialog-body">
        <h2 id={id}>{props.title}</h2>
        {props.children}
        <div class="dialog-actions">
          {props.actions ?? <Button onClick={props.onClose}>{t('close')}</Button>}
        </div>
      </div>
    </dialog>
  );
}

interface Question {
  readonly title: string;
  /** What follows from a yes. */
  readonly body: string;
  /** The verb on the button: "Remove". */
  readonly action: string;
  readonly kind?: 'primary' | 'danger';
}

const asked = signal<(Question & { answer: (yes: boolean) => void }) | null>(null);

export function askConfirm(question: Question): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise(resolve => {
    asked.value = {
      ...question,
      answer: yes => {
        asked.value = null;
        resolve(yes);
      },
    };
  });
}

/** Stands once in the shell. */
export function ConfirmHost() {
  const question = asked.value;
  if (!question) return null;
  return (
    <Dialog
      title={question.title}
      onClose={() => question.answer(false)}
      actions={
        <>
          <Button onClick={() => question.answer(false)}>{t('cancel')}</Button>
          <Button kind={question.kind ?? 'primary'} onClick={() => question.answer(true)}>
            {question.action}
          </Button>
        </>
      }
    >
      <p>{question.body}</p>
    </Dialog>
  );
}
