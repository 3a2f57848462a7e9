// The user's settings on this device.
import { postChange } from './changes.ts';
import type { Database } from './db.ts';
import { readRow } from './rows.ts';
import { type Settings, settingsSchema } from './schema.ts';
import { storing } from './storage-error.ts';

const id = 'settings';

export const defaultSettings: Settings = {
  id,
  deviceName: '',
  language: 'system',
  theme: 'system',
  persistent: null,
  overMetered: false,
  answers: 'remote-first',
};

export async function readSettings(db: Database): Promise<Settings> {
  return readRow(settingsSchema, await storing(() => db.get('settings', id)), 'settings') ?? defaultSettings;
}

/** In one transaction, so that two tabs do not undo each other's changes. */
export async function changeSettings(db: Database, change: Partial<Omit<Settings, 'id'>>): Promise<Settings> {
  const settings = await storing(async () => {
    const tx = db.transaction('settings', 'readwrite');
    const known = readRow(settingsSchema, await tx.store.get(id), 'settings') ?? defaultSettings;
    const next: Settings = { ...known, ...change };
    await tx.store.put(next);
    await tx.done;
    return next;
  });
  postChange('settings');
  return settings;
}
