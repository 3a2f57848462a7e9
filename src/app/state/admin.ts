// What an admin sees and does: devices, versions, aliases. The admin key lives in this tab's session and nowhere else.
import { batch, computed, signal } from '@preact/signals';
import { aliasSchema, type Alias } from '../../core/artifact/documents.ts';
import type { Caller, DeviceInfo, ModelSummary, Role } from '../../core/artifact/registry-api.ts';
import { readDocument, type Envelope } from '../../core/artifact/signature.ts';
import { toFailure, type Failure } from '../../core/errors.ts';
import type { RegistryClient } from '../../client/registry.ts';

const storageKey = 'haversack.adminKey';

/** What of the registry's client an admin's screens use. */
export type AdminApi = Pick<
  RegistryClient,
  'me' | 'models' | 'devices' | 'changeDevice' | 'moveAlias' | 'push' | 'missing' | 'putChunk'
>;

export interface AdminOptions {
  /** A client that shows this key; with null, one that shows who this device is. */
  readonly connect: (key: string | null) => AdminApi;
  /** `sessionStorage`: the key goes with the tab. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}

export type Admin = ReturnType<typeof createAdmin>;

export function isAdmin(caller: Caller | null): boolean {
  if (!caller) return false;
  return caller.kind === 'admin-key' || (caller.status === 'approved' && caller.role === 'admin');
}

export function createAdmin({ connect, storage }: AdminOptions) {
  const key = signal<string | null>(storage.getItem(storageKey));
  const api = computed(() => connect(key.value));
  const caller = signal<Caller | null>(null);
  const devices = signal<readonly DeviceInfo[]>([]);
  const models = signal<readonly ModelSummary[]>([]);
  const failure = signal<Failure | null>(null);
  const loaded = signal(false);
  const admitted = computed(() => isAdmin(caller.value));

  /** Asks who we are and, as an admin, for everything. A failure is kept for the screen, with what was there before. */
  async function refresh(): Promise<void> {
    const asked = api.peek();
    try {
      const me = await asked.me();
      const everything = isAdmin(me) ? await Promise.all([asked.devices(), asked.models()]) : null;
      if (asked !== api.peek()) return;
      batch(() => {
        caller.value = me;
        failure.value = null;
        loaded.value = true;
        if (everything) {
          devices.value = byNeed(everything[0]);
          models.value = everything[1].models ?? [];
        }
      });
    } catch (thrown) {
      if (asked !== api.peek()) return;
      batch(() => {
        failure.value = toFailure(thrown, 'Offline');
        loaded.value = true;
        if (failure.value.code === 'Unauthorized') caller.value = null;
      });
    }
  }

  async function enter(given: string): Promise<void> {
    key.value = given.trim();
    await refresh();
    if (admitted.peek()) storage.setItem(storageKey, given.trim());
  }

  /** Forgets the key and what was seen with it. */
  async function leave(): Promise<void> {
    storage.removeItem(storageKey);
    batch(() => {
      key.value = null;
      caller.value = null;
      devices.value = [];
      models.value = [];
      failure.value = null;
    });
    await refresh();
  }

  /** @throws HaversackError */
  async function approve(id: string, role: Role): Promise<void> {
    await change(id, { status: 'approved', role });
  }

  /** @throws HaversackError */
  async function revoke(id: string): Promise<void> {
    await change(id, { status: 'revoked', role: null });
  }

  async function change(id: string, wanted: { status: 'approved' | 'revoked'; role: Role | null }) {
    const changed = await api.peek().changeDevice(id, wanted);
    devices.value = byNeed(devices.peek().map(device => (device.id === id ? changed : device)));
  }

  /**
   * Moves an alias that still is where `from` says (null: it is new).
   * @throws HaversackError `PreconditionFailed` where it has moved meanwhile; the state is then loaded anew.
   */
  async function move(model: string, alias: string, version: number, from: Alias | null): Promise<void> {
    try {
      await api.peek().moveAlias(model, alias, { version, share: 1 }, from?.revision ?? null);
    } finally {
      await refresh();
    }
  }

  return {
    key,
    api,
    caller,
    devices,
    models,
    failure,
    loaded,
    admitted,
    refresh,
    enter,
    leave,
    approve,
    revoke,
    move,
  };
}

/** Those who wait first, then those who are in, then those who are out; each by name. */
function byNeed(devices: readonly DeviceInfo[]): DeviceInfo[] {
  const order = { pending: 0, approved: 1, revoked: 2 };
  return [...devices].sort(
    (a, b) => order[a.status] - order[b.status] || a.name.localeCompare(b.name) || a.id.localeCompare(b.id),
  );
}

/** The alias documents of a model. Signatures are the device's business, which pins the registry's key. */
export function aliasesOf(envelopes: readonly Envelope[]): Alias[] {
  return envelopes.map(envelope => readDocument(envelope, aliasSchema));
}
