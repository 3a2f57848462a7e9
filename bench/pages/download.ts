// A large file from a server into IndexedDB: by the app's own pull, or fetched, hashed and put whole as a page would.
import { deleteDB } from 'idb';
import { RegistryClient } from '../../src/client/registry.ts';
import { sha256 } from '../../src/core/artifact/digest.ts';
import { openHaversackDB } from '../../src/device/db.ts';
import { pullVersion } from '../../src/device/pull.ts';
import { deleteBytes, writeBytes } from './bytes.ts';

declare global {
  interface Window {
    /** A version into an empty store. Milliseconds. */
    pull(model: string): Promise<number>;
    /** Milliseconds. */
    fetchWhole(model: string): Promise<number>;
  }
}

window.pull = async model => {
  const name = `download-${crypto.randomUUID()}`;
  const db = await openHaversackDB({ name });
  const client = new RegistryClient({ baseUrl: location.origin });
  const started = performance.now();
  await pullVersion({ db, client, model, version: 1 });
  const took = performance.now() - started;
  db.close();
  await deleteDB(name);
  return took;
};

window.fetchWhole = async model => {
  await deleteBytes(model);
  const started = performance.now();
  const response = await fetch(`/models/${model}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  await sha256(bytes);
  await writeBytes(model, bytes);
  return performance.now() - started;
};
