// Devices as the gate asks for them at every request: kept in memory, and read anew as soon as anything about one changes, so
// that a revocation is known at the next request.
import type { DeviceInfo } from '../../src/core/artifact/access-api.ts';
import type { RegistryEvent } from '../../src/core/artifact/registry-api.ts';
import type { Registry } from './context.ts';
import { findDevice } from './devices.ts';
import { KeptRows } from './kept-rows.ts';
import { NotedTimes } from './noted-times.ts';

export class KnownDevices {
  readonly #kept: KeptRows<DeviceInfo>;
  readonly #times: NotedTimes;
  readonly #stopListening: () => void;

  constructor(registry: Registry) {
    this.#kept = new KeptRows(id => findDevice(registry, id));
    this.#times = new NotedTimes(registry, async seen => {
      await registry.database.transaction().execute(async transaction => {
        for (const [id, at] of seen) {
          await transaction.updateTable('devices').set({ last_seen_at: at }).where('id', '=', id).execute();
        }
      });
      for (const id of seen.keys()) this.#kept.forget(id);
    });
    this.#stopListening = registry.events.subscribe(event => {
      if (changesDevice(event)) this.#kept.forget(event.id);
    });
  }

  find(id: string): Promise<DeviceInfo | null> {
    return this.#kept.find(id);
  }

  /** Notes, soon, that a device was heard of. */
  saw({ id, lastSeenAt }: DeviceInfo): void {
    this.#times.heard(id, lastSeenAt);
  }

  /** Notes what is left to be noted. */
  async close(): Promise<void> {
    this.#stopListening();
    await this.#times.close();
  }
}

function changesDevice(event: RegistryEvent): event is RegistryEvent & { readonly id: string } {
  return event.type === 'device' || event.type === 'report';
}
