// The check of all that is stored, while it runs and what it found.
import { signal } from '@preact/signals';
import { toFailure } from '../../core/errors.ts';
import { checkStorage, type Health, type HealthProgress } from '../../device/health.ts';
import { online } from './connection.ts';
import { errorToast } from './error-toast.ts';
import { fetchAgain } from './mend.ts';
import { need } from './services.ts';

/** Null where none runs. */
export const checking = signal<HealthProgress | null>(null);
/** Of the last check in this tab. */
export const health = signal<Health | null>(null);

let running: AbortController | null = null;

/** Checks all, and fetches again what was damaged. Never throws. */
export async function checkAll(): Promise<void> {
  if (running) return;
  const control = new AbortController();
  running = control;
  health.value = null;
  checking.value = { checkedChunks: 0, totalChunks: 0 };
  try {
    health.value = await checkStorage(need().db, {
      signal: control.signal,
      onProgress: progress => {
        checking.value = progress;
      },
    });
    if (online.value !== false) void mendAll();
  } catch (thrown) {
    const problem = toFailure(thrown, 'StorageFailed');
    if (problem.code !== 'Aborted') errorToast(problem);
  } finally {
    running = null;
    checking.value = null;
  }
}

export function stopCheck(): void {
  running?.abort();
}

/** One after the other; what fails is told where its download stands. */
export async function mendAll(): Promise<void> {
  for (const { model, version } of health.value?.versions ?? []) {
    if (!(await fetchAgain(model, version))) return;
  }
}
