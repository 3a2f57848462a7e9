// What a run will take of this device's memory, before it begins.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { MemoryPlan } from '../../../core/train/fit-batch.ts';
import type { TrainRequest } from '../../../worker/protocol.ts';
import { formatBytes } from '../../i18n/format.ts';
import { t } from '../../i18n/teach.ts';
import { Note } from '../../parts/note.tsx';
import { memoryOf } from '../../state/training-memory.ts';

/** While somebody types, nothing is asked. */
const settledAfterMs = 500;

interface Told {
  /** What was asked for, as text. */
  readonly key: string;
  readonly plan: MemoryPlan | null;
}

const told = signal<Told | null>(null);

export function MemoryNote({ request }: { readonly request: TrainRequest }) {
  const key = JSON.stringify(request);
  useEffect(() => {
    if (told.peek()?.key === key) return;
    let isWanted = true;
    const timer = setTimeout(() => {
      void memoryOf(request).then(plan => {
        if (isWanted) told.value = { key, plan };
      });
    }, settledAfterMs);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [key]);
  const plan = told.value?.key === key ? told.value.plan : null;
  if (plan?.fits === false) {
    return (
      <Note tone="warn">
        <p role="status">{memoryWords(plan)}</p>
      </Note>
    );
  }
  // Its line is there before it is known, so that nothing below moves.
  return (
    <p class="small soft teach-memory" role="status">
      {plan ? memoryWords(plan) : ''}
    </p>
  );
}

function memoryWords({ bytes, maxBytes, rowsAtOnce, accumulate, fits }: MemoryPlan): string {
  const size = formatBytes(bytes);
  if (!fits) return t('memoryLacks', { size, limit: formatBytes(maxBytes) });
  const needs = t('memoryNeeds', { size });
  return accumulate > 1 ? `${needs} ${t('memoryParts', { n: rowsAtOnce })}` : needs;
}
