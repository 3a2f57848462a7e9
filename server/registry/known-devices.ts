// Devices as the gate asks for them at every request: kept in memory, and read anew as soon as anything about one changes, so
// that a revocation is known at the next request. One process has the data folder; nobody else changes what is in it.
import type { DeviceInfo } from '../../src/core/artifact/access-api.ts';
import type { RegistryEvent } from '../../src/core/artifact/registry-api.ts';
import { LruMap } from '../gateway/lru-map.ts';
import type { Registry } from './context.ts';
import { findDevice } from './devices.ts';

/** Beyond, those that were longest not asked for are read again. */
const maxKept = 20_000;
/** `lastSeenAt` is as fine as this, so that a request does not cost a write. */
const seenEveryMs = 60_000;
/** Devices that were seen are noted together. A crash forgets that some were seen, and nothing else. */
const noteEveryMs = 5_000;

export class KnownDevices {
  readonly #registry: Registry;
  /** What is being read is in it too. */
  readonly #kept = new LruMap<string, Promise<DeviceInfo | null>>(maxKept);
  /** When each was noted last. */
  readonly #seenAtMs = new LruMap<string, number>(maxKept);
  readonly #toNote = new Map<string, string>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #noting: Promise<void> = Promise.resolve();
  readonly #stopListening: () => void;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#stopListening = registry.events.subscribe(event => {
      if (changesDevice(event)) this.#kept.delete(event.id);
    });
  }

  find(id: string): Promise<DeviceInfo | null> {
    const known = this.#kept.get(id);
    if (known) return known;
    const reading = this.#read(id);
    this.#kept.set(id, reading);
    return reading;
  }

  /** A device that is not there is not kept: anybody may ask in the name of one. */
  #read(id: string): Promise<DeviceInfo | null> {
    const reading = findDevice(this.#registry, id);
    const forget = () => {
      if (this.#kept.get(id) === reading) this.#kept.delete(id);
    };
    reading.then(device => {
      if (device === null) forget();
    }, forget);
    return reading;
  }

  /** Notes, soon, that a device was heard of. */
  saw({ id, lastSeenAt }: DeviceInfo): void {
    const now = this.#registry.now();
    const before = this.#seenAtMs.get(id) ?? (lastSeenAt === null ? -Infinity : Date.parse(lastSeenAt));
    if (now.getTime() - before < seenEveryMs) return;
    this.#seenAtMs.set(id, now.getTime());
    this.#toNote.set(id, now.toISOString());
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#noting = this.#noting.then(() => this.#note());
    }, noteEveryMs).unref();
  }

  async #note(): Promise<void> {
    const seen = [...this.#toNote];
    this.#toNote.clear();
    if (seen.length === 0) return;
    try {
      await this.#registry.database.transaction().execute(async transaction => {
        for (const [id, at] of seen) {
          await transaction.updateTable('devices').set({ last_seen_at: at }).where('id', '=', id).execute();
        }
      });
    } catch (error) {
      this.#registry.log.error({ err: error }, 'when devices were last seen could not be noted');
    }
    for (const [id] of seen) this.#kept.delete(id);
  }

  /** Notes what is left to be noted. */
  async close(): Promise<void> {
    this.#stopListening();
    if (this.#timer) clearTimeout(this.#timer);
    await this.#noting;
    await this.#note();
  }
}

function changesDevice(event: RegistryEvent): event is RegistryEvent & { readonly id: string } {
  return event.type === 'device' || event.type === 'report';
}
