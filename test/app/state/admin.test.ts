import { expect, test } from 'vitest';
import { type AdminApi, createAdmin } from '../../../src/app/state/admin.ts';
import type { Caller, DeviceInfo } from '../../../src/core/artifact/access-api.ts';
import type { ModelSummary } from '../../../src/core/artifact/registry-api.ts';
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
    grants: null,
    ...over,
  };
}

const digits: ModelSummary = {
  model: 'digits',
  task: 'classification',
  updatedAt: '2026-01-01T00:00:00.000Z',
  tags: [],
  aliases: [],
  versions: [],
};

const noDevice = { groups: [], certificate: null };
const anonymous: Caller = { kind: 'anonymous', role: null, status: null, openReads: true, ...noDevice };
const byKey: Caller = { kind: 'admin-key', role: 'admin', status: null, openReads: true, ...noDevice };

const trainersSecret = 'hvk_trainer';
const byTrainersKey: Caller = { ...byKey, kind: 'access-key', role: 'trainer' };

/** A registry that knows two keys and three devices; it tells anybody what it takes them for, with any key. */
function registry() {
  const devices = new Map(
    [
      device('c', { status: 'revoked' }),
      device('b', { status: 'approved', role: 'device' }),
      device('a'),
    ].map(one => [one.id, one]),
  );
  const state = { asked: [] as string[] };
  const api = (key: string | null): AdminApi => ({
    me: async () => {
      state.asked.push('me');
      if (key === trainersSecret) return byTrainersKey;
      return key === secret ? byKey : anonymous;
    },
    models: async query => {
      const etag = query?.etag ?? null;
      state.asked.push(`models since ${etag ?? 'ever'}`);
      return etag === 'tag' ? { models: null, etag } : { models: [digits], etag: 'tag' };
    },
    devices: async () => {
      state.asked.push('devices');
      return [...devices.values()];
    },
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
  expect(admin.keyRefusal.value).toBe('unknown');
  expect(session.kept.size).toBe(0);
  await admin.enter(trainersSecret);
  expect(admin.keyRefusal.value).toBe('no-admin');
  await admin.enter(secret);
  expect(admin.keyRefusal.value).toBeNull();
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

test('models that have not changed are not sent again, and stay on the screen', async () => {
  const { api, state } = registry();
  const admin = createAdmin({ connect: api, storage: storage() });
  await admin.enter(secret);
  await admin.refresh();
  expect(state.asked.filter(asked => asked.startsWith('models'))).toEqual([
    'models since ever',
    'models since tag',
  ]);
  expect(admin.models.value).toEqual([digits]);
});

test('another key begins anew: what was seen with the last one is not taken for unchanged', async () => {
  const { api, state } = registry();
  const admin = createAdmin({ connect: api, storage: storage() });
  await admin.enter(secret);
  await admin.leave();
  await admin.enter(secret);
  expect(state.asked.filter(asked => asked === 'models since ever')).toHaveLength(2);
  expect(admin.models.value).toEqual([digits]);
});

test('what could not be done is thrown, and everything is looked at again', async () => {
  const admin = createAdmin({ connect: registry().api, storage: storage() });
  await admin.enter(secret);
  const before = admin.looks.value;
  const refused = admin.act(() => Promise.reject(new HaversackError('PreconditionFailed', 'moved')));
  await expect(refused).rejects.toMatchObject({ code: 'PreconditionFailed' });
  expect(admin.looks.value).toBe(before + 1);
  expect(await admin.act(api => api.devices())).toHaveLength(3);
  expect(admin.looks.value).toBe(before + 2);
});
