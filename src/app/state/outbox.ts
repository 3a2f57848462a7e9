// What waits to be sent, as the database says. The sending itself is the device's (`device/delivery.ts`).
import { signal } from '@preact/signals';
import { toFailure } from '../../core/errors.ts';
import { postChange } from '../../device/changes.ts';
import { listOutbox } from '../../device/outbox-items.ts';
import type { OutboxItem } from '../../device/schema.ts';
import { errorToast } from './error-toast.ts';
import { need, type Services } from './services.ts';

export const outbox = signal<readonly OutboxItem[]>([]);

export async function loadOutbox({ db }: Services): Promise<void> {
  outbox.value = await listOutbox(db);
}

/** Whoever delivers, in this tab or another, tries again. */
export function sendNow(): void {
  postChange('outbox');
}

/** It is not sent. What was made here stays here. */
export async function withdraw({ id }: OutboxItem): Promise<void> {
  try {
    const { removeFromOutbox } = await import('../../device/outbox.ts');
    if (id !== undefined) await removeFromOutbox(need().db, id);
  } catch (thrown) {
    errorToast(toFailure(thrown));
  }
}
