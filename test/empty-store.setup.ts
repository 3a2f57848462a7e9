// Each file of browser tests begins with an empty store. Files that run one after another share an origin, and with it what the
// one before kept: which provider a version of the same name is computed by, for one.
import { deleteDB } from 'idb';

for (const { name } of await indexedDB.databases()) {
  if (name !== undefined) await deleteDB(name);
}
