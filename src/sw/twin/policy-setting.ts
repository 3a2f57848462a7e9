// The owner's policy, as the settings have it: read once, and again after they changed.
import type { Policy } from '../../core/protocol/twin-messages.ts';
import { onChanges } from '../../device/changes.ts';
import { openHaversackDB } from '../../device/db.ts';
import { databaseName } from '../../device/schema.ts';
import { defaultSettings, readSettings } from '../../device/settings.ts';

let known: Promise<Policy> | null = null;
let last: Policy | null = null;
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

/** What cannot be read is asked for again by the next request. */
async function read(): Promise<Policy> {
  try {
    const db = await openHaversackDB();
    try {
      return (last = (await readSettings(db)).answers);
    } finally {
      db.close();
    }
  } catch {
    known = null;
    return last ?? (await unread());
  }
}

/**
 * Where this browser stores nothing, nothing was ever set. Where there is a database that cannot be read (one of a newer build,
 * one that another tab holds), the owner may have promised that nothing leaves: then nothing does until it is read.
 */
async function unread(): Promise<Policy> {
  const there = await indexedDB.databases().catch(() => []);
  return there.some(({ name }) => name === databaseName) ? 'local-only' : defaultSettings.answers;
}
