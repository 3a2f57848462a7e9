// What waits to be sent, as the database says. The sending itself is the device's (`device/delivery.ts`).
import { signal } from '@preact/signals';
import { listOutbox } from '../../device/outbox.ts';
import type { OutboxItem } from '../../device/schema.ts';
import type { Services } from './services.ts';

export const outbox = signal<readonly OutboxItem[]>([]);

export async function loadOutbox({ db }: Services): Promise<void> {
  outbox.value = await listOutbox(db);
}
