// Tells every tab and worker of this app what changed in the database, after it was committed.
import { modelNameSchema } from '../core/artifact/names.ts';
import { z } from '../core/zod.ts';

const channelName = 'haversack';

const changeSchema = z.object({
  type: z.enum([
    'installed',
    'active',
    'candidates',
    'outbox',
    'samples',
    'catalogue',
    'downloads',
    'settings',
    'runs',
    'policies',
    'inbox',
    'peers',
    'notices',
    'trials',
    'projects',
    'examples',
    'records',
  ]),
  model: modelNameSchema.optional(),
});
export type Change = z.infer<typeof changeSchema>;

const listeners = new Set<(change: Change) => void>();
let channel: BroadcastChannel | null = null;

function openChannel(): BroadcastChannel {
  if (channel) return channel;
  channel = new BroadcastChannel(channelName);
  channel.addEventListener('message', event => {
    const change = changeSchema.safeParse(event.data);
    // A tab with a newer build may say what this one does not know.
    if (change.success) tell(change.data);
  });
  return channel;
}

function tell(change: Change): void {
  for (const listener of listeners) listener(change);
}

/** Call after the transaction's `done`, never before. Listeners here are told too. */
export function postChange(type: Change['type'], model?: string): void {
  const change: Change = model === undefined ? { type } : { type, model };
  openChannel().postMessage(change);
  tell(change);
}

/** @returns the function that ends it */
export function onChanges(listener: (change: Change) => void): () => void {
  openChannel();
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
