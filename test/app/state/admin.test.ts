import { expect, test } from 'vitest';
import { type AdminApi, createAdmin } from '../../../src/app/state/admin.ts';
import type { Alias } from '../../../src/core/artifact/documents.ts';
import type { Caller, DeviceInfo } from '../../../src/core/artifact/registry-api.ts';
import { HaversackError } from '../../../src/core/errors.ts';

const secret = 'the-key';
const id = (letter: string) => letter.repeat(64);

function device(letter: string, over: Partial<DeviceInfo> = {}): DeviceInfo {
  return {
    id: id(letter),
    publicKey: 'A'.repeat(43),
    name: `tablet ${letter}`,
    status: 'pending',
    role: null,
    code: 'ABCDEF',
    createdAt: '2026-01-01T00:00:00.000Z',
    lastSeenAt: null,
    groups: [],
    report: null,
    ...over,
  };
}

const noDevice = { groups: [], certificate: null };
const anonymous: Caller = { kind: 'anonymous', role: null, status: null, openReads: true, ...noDevice };
const byKey: Caller = { kind: 'admin-key', role: 'admin', status: null, openReads: true, ...noDevice };

/** A registry that knows one key, three devices, and at which revision an alias is. */
function registry() {
  const devices = new Map(
    [
      device('c', { status: 'revoked' }),
      device('b', { status: 'approved', role: 'device' }),
      device('a'),
    ].map(one => [one.id, one]),
  );
  const state = { revision: 4, asked: [] as string[] };
  const api = (key: string | null): AdminApi => ({
    me: async () => {
      state.asked.push('me');
      if (key !== null && key !== secret) throw new HaversackError('Unauthorized', 'unknown key');
      return key === secret ? byKey : anonymous;
    },
    models: async () => ({ models: [], etag: null }),
    devices: async () => {
      state.asked.push('devices');
      return [...devices.values()];
    },
    changeDevice: async (which, change) => {
      const changed = { ...devices.get(which)!, status: change.status, role: change.role ?? null };
      devices.set(which, changed);
      return changed;
    },
    moveAlias: async (_model, _alias, _move, ifRevision) => {
      if (ifRevision !== state.revision)
        throw new HaversackError('PreconditionFailed', `revision ${state.revision}, asked ${ifRevision}`);
      state.revision++;
      return { signed: {}, signatures: [{ keyId: id('0'), signature: 'A'.repeat(86) }] };
    },
    push: () => Promise.reject(new Error('not asked here')),
    missing: () => Promise.reject(new Error('not asked here')),
    putChunk: () => Promise.reject(new Error('not asked here')),
  });
  return { api, state };
}

function storage() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
}

test('without a key nothing but who we are is asked', async () => {
  const { api, state } = registry();
  const admin = createAdmin({ connect: api, storage: storage() });
  await admin.refresh();
  expect(admin.admitted.value).toBe(false);
  expect(state.asked).toEqual(['me']);
});

test('the right key lets in and is kept for the session; those who wait come first', async () => {
  const session = storage();
  const admin = createAdmin({ connect: registry().api, storage: session });
  await admin.enter(` ${secret}\n`);
  expect(admin.admitted.value).toBe(true);
  expect([...session.kept.values()]).toEqual([secret]);
  expect(admin.devices.value.map(one => one.status)).toEqual(['pending', 'approved', 'revoked']);
});

test('a wrong key is said to be wrong and is not kept', async () => {
  const session = storage();
  const admin = createAdmin({ connect: registry().api, storage: session });
  await admin.enter('guess');
  expect(admin.admitted.value).toBe(false);
  expect(admin.failure.value?.code).toBe('Unauthorized');
  expect(session.kept.size).toBe(0);
});

test('leaving forgets the key and what was seen with it', async () => {
  const session = storage();
  const admin = createAdmin({ connect: registry().api, storage: session });
  await admin.enter(secret);
  await admin.leave();
  expect(session.kept.size).toBe(0);
  expect(admin.devices.value).toEqual([]);
  expect(admin.admitted.value).toBe(false);
});

test('approving and shutting out show what the registry answered', async () => {
  const admin = createAdmin({ connect: registry().api, storage: storage() });
  await admin.enter(secret);
  await admin.approve(id('a'), 'trainer');
  const now = () => admin.devices.value.find(one => one.id === id('a'));
  expect(now()).toMatchObject({ status: 'approved', role: 'trainer' });
  await admin.revoke(id('a'));
  expect(now()).toMatchObject({ status: 'revoked', role: null });
});

test('an alias that moved meanwhile is not moved over, and the state is loaded anew', async () => {
  const { api, state } = registry();
  const admin = createAdmin({ connect: api, storage: storage() });
  await admin.enter(secret);
  const before = state.asked.length;
  const seen = { revision: 3 } as Alias;
  await expect(admin.move('digits', 'production', 2, seen)).rejects.toMatchObject({
    code: 'PreconditionFailed',
  });
  expect(state.asked.length).toBeGreaterThan(before);
  await admin.move('digits', 'production', 2, { revision: 4 } as Alias);
  expect(state.revision).toBe(5);
});
