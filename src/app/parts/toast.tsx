// Short messages that go away by themselves, with one thing to do about them at most.
import { signal } from '@preact/signals';
import { t } from '../i18n/common.ts';
import { Button } from './button.tsx';

/** Long enough to read two lines and to reach for "undo". */
const shownMs = 8000;
const shownAtOnce = 3;

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action: { readonly label: string; readonly run: () => void } | null;
  readonly topic: string | null;
}

const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

/** @param topic of several about the same, only the last is shown: what comes in quick succession must not cover the screen */
export function toast(text: string, action: Toast['action'] = null, topic: Toast['topic'] = null): void {
  const id = ++lastId;
  // Said again, it is shown once, last.
  const isAbout = (shown: Toast): boolean => shown.text === text || (topic !== null && shown.topic === topic);
  const others = toasts.value.filter(shown => !isAbout(shown));
  toasts.value = [...others, { id, text, action, topic }].slice(-shownAtOnce);
  setTimeout(() => dismiss(id), shownMs);
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter(shown => shown.id !== id);
}

/** Stands once in the shell; its region is there before its first message, so that readers hear it. */
export function ToastHost() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, action }) => (
        <div class="toast" key={id}>
          <span>{text}</span>
          {action ? (
            <Button
              kind="quiet"
              onClick={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.label}
            </Button>
          ) : null}
          <Button kind="quiet" icon="close" label={t('dismiss')} onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
