// Access keys as the gate asks for them at every request: kept in memory by their hashes, so that whoever reads this memory finds
// no key in it, and read anew after one is revoked or followed by another.
import type { AccessKey } from '../../src/core/artifact/key-api.ts';
import { findAccessKey, hashOfKey } from './access-keys.ts';
import type { Registry } from './context.ts';
import { KeptRows } from './kept-rows.ts';
import { NotedTimes } from './noted-times.ts';

export class KnownKeys {
  readonly #kept: KeptRows<AccessKey>;
  readonly #times: NotedTimes;
  readonly #stopListening: () => void;

  constructor(registry: Registry) {
    this.#kept = new KeptRows(hash => findAccessKey(registry, hash));
    this.#times = new NotedTimes(registry, async used => {
      await registry.database.transaction().execute(async transaction => {
        for (const [id, at] of used) {
          await transaction
            .updateTable('access_keys')
            .set({ last_used_at: at })
            .where('id', '=', id)
            .execute();
        }
      });
    });
    this.#stopListening = registry.events.subscribe(event => {
      // Rare, and no hash comes with it: all are read again.
      if (event.type === 'key') this.#kept.clear();
    });
  }

  find(key: string): Promise<AccessKey | null> {
    return this.#kept.find(hashOfKey(key));
  }

  /** Notes, soon, that a key was used. */
  used({ id, lastUsedAt }: AccessKey): void {
    this.#times.heard(id, lastUsedAt);
  }

  /** Notes what is left to be noted. */
  async close(): Promise<void> {
    this.#stopListening();
    await this.#times.close();
  }
}
