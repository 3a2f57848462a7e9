// Who an admin is to the registry, and what is always in sight: devices and models. The admin key lives in this tab's
// session and nowhere else.
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import { type Alias, aliasSchema } from '../../core/artifact/documents.ts';
import type { Caller, DeviceInfo } from '../../core/artifact/access-api.ts';
import type { ModelSummary } from '../../core/artifact/registry-api.ts';
import { type Envelope, readDocument } from '../../core/artifact/signature.ts';
import { type Failure, toFailure } from '../../core/errors.ts';
import type { AdminClient } from '../../client/admin.ts';
import { rightsOfCaller } from './standing.ts';

const storageKey = 'haversack.adminKey';

/** What of the registry's client is asked here; the screens ask for more. */
export type AdminApi = Pick<AdminClient, 'me' | 'models' | 'devices'>;

export interface AdminOptions<Api extends AdminApi> {
  /** A client that shows this key; with null, one that shows who this device is. */
  readonly connect: (key: string | null) => Api;
  /** `sessionStorage`: the key goes with the tab. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}

/** `no-admin`: a key of this registry that may do other things only. */
type KeyRefusal = 'unknown' | 'no-admin';

export type Admin<Api extends AdminApi> = ReturnType<typeof createAdmin<Api>>;

function waits({ kind, status }: Caller): boolean {
  return kind === 'device' && status !== 'approved';
}

export function isAdmin(caller: Caller | null): boolean {
  return caller !== null && rightsOfCaller(caller).everywhere('admin') && !waits(caller);
}

/** What is known, and by which key it was asked for. */
function createState(given: string | null) {
  const key = signal<string | null>(given);
  const caller = signal<Caller | null>(null);
  const devices = signal<readonly DeviceInfo[]>([]);
  const models = signal<readonly ModelSummary[]>([]);
  const failure = signal<Failure | null>(null);
  const loaded = signal(false);
  /** Grows with every look that succeeded: what else is on the screen is then asked for again. */
  const looks = signal(0);
  const admitted = computed(() => isAdmin(caller.value));
  /** Why the key that was given opens nothing here; null where it does, or none was. `/me` is public, and answers to any key. */
  const keyRefusal = computed((): KeyRefusal | null => {
    if (key.value === null || admitted.value) return null;
    if (failure.value !== null) return failure.value.code === 'Unauthorized' ? 'unknown' : null;
    if (caller.value === null) return null;
    return caller.value.kind === 'anonymous' ? 'unknown' : 'no-admin';
  });
  return { key, caller, devices, models, failure, loaded, looks, admitted, keyRefusal };
}

type State = ReturnType<typeof createState>;

/** Looks at the registry for `state`. */
function createLook(state: State, api: ReadonlySignal<AdminApi>) {
  const { caller, devices, models, failure, loaded, looks } = state;
  let modelsTag: string | null = null;

  function note(all: readonly DeviceInfo[], answer: Awaited<ReturnType<AdminApi['models']>>): void {
    devices.value = byNeed(all);
    modelsTag = answer.etag;
    if (answer.models) models.value = answer.models;
    looks.value += 1;
  }

  /** Asks who we are and, as an admin, for everything. A failure is kept for the screen, with what was there before. */
  async function refresh(): Promise<void> {
    const asked = api.peek();
    try {
      const me = await asked.me();
      const everything = isAdmin(me)
        ? await Promise.all([asked.devices(), asked.models({ etag: modelsTag })])
        : null;
      if (asked !== api.peek()) return;
      batch(() => {
        caller.value = me;
        failure.value = null;
        loaded.value = true;
        if (everything) note(...everything);
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

  /** The next look asks for everything anew. */
  function forget(): void {
    modelsTag = null;
  }

  return { refresh, forget };
}

export function createAdmin<Api extends AdminApi>({ connect, storage }: AdminOptions<Api>) {
  const state = createState(storage.getItem(storageKey));
  const { key, caller, devices, models, failure, admitted } = state;
  const api = computed(() => connect(key.value));
  const { refresh, forget } = createLook(state, api);

  async function enter(given: string): Promise<void> {
    forget();
    batch(() => {
      key.value = given.trim();
      caller.value = null;
      failure.value = null;
    });
    await refresh();
    if (admitted.peek()) storage.setItem(storageKey, given.trim());
  }

  /** Forgets the key and what was seen with it. */
  async function leave(): Promise<void> {
    storage.removeItem(storageKey);
    forget();
    batch(() => {
      key.value = null;
      caller.value = null;
      devices.value = [];
      models.value = [];
      failure.value = null;
    });
    await refresh();
  }

  /**
   * Does something and looks again, whether or not it could be done: a refusal often means that something else is so.
   * @throws what it threw
   */
  async function act<T>(what: (api: Api) => Promise<T>): Promise<T> {
    try {
      return await what(api.peek());
    } finally {
      await refresh();
    }
  }

  return { ...state, api, refresh, enter, leave, act };
}

/** Those who wait first, then those who are in, then those who are out; each by name. */
function byNeed(devices: readonly DeviceInfo[]): DeviceInfo[] {
  const order = { pending: 0, approved: 1, revoked: 2 };
  return [...devices].sort(
    (a, b) =>
      order[a.status] - order[b.status] ||
      a.name.localeCompare(b.name, undefined, { numeric: true }) ||
      a.id.localeCompare(b.id),
  );
}

/**
 * The alias documents of a model: `production`, which devices follow, then the others by name. Signatures are the device's
 * business, which pins the registry's key.
 */
export function aliasesOf(envelopes: readonly Envelope[]): Alias[] {
  const rank = ({ alias }: Alias): number => (alias === 'production' ? 0 : 1);
  return envelopes
    .map(envelope => readDocument(envelope, aliasSchema))
    .sort((a, b) => rank(a) - rank(b) || a.alias.localeCompare(b.alias));
}
