// The owner's policy, as the settings have it: read once, and again after they changed.
import type { Policy } from '../../core/protocol/twin-messages.ts';
import { onChanges } from '../../device/changes.ts';
import { openHaversackDB } from '../../device/db.ts';
import { defaultSettings, readSettings } from '../../device/settings.ts';

let known: Promise<Policy> | null = null;
let follows = false;

export function policySetting(): Promise<Policy> {
  if (!follows) {
    follows = true;
    onChanges(({ type }) => {
      if (type === 'settings') known = null;
    });
  }
  return (known ??= read());
}

/** Where the storage refuses, nothing was ever set, and the next request looks again. */
async function read(): Promise<Policy> {
  try {
    const db = await openHaversackDB();
    try {
      return (await readSettings(db)).answers;
    } finally {
      db.close();
    }
  } catch {
    known = null;
    return defaultSettings.answers;
  }
}
