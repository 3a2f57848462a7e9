import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Database } from '../../src/device/db.ts';
import { loadIdentity } from '../../src/device/identity.ts';
import { activeOf, listInstalled, rollBack } from '../../src/device/library.ts';
import { pullVersion } from '../../src/device/pull.ts';
import { type UpdateNews, startUpdates, type Updates } from '../../src/device/updates.ts';
import { freshDB } from './fresh-db.ts';
import { RegistryInPage } from './registry-in-page.ts';

let db: Database;
let registry: RegistryInPage;
let news: UpdateNews[];

beforeEach(async () => {
  ({ db } = await freshDB());
  registry = await RegistryInPage.create();
  news = [];
  await registry.publish('digits', 1, [1, 2, 3], { int8: [4] });
  await registry.moveAlias('digits', 1, 1);
  await pullVersion({ db, client: registry.client(), model: 'digits', version: 1 });
});

function start(pollMs = 3_600_000): Updates {
  const stop = new AbortController();
  onTestFinished(() => {
    stop.abort();
  });
  const client = registry.client();
  return startUpdates({ db, client, onChange: n => news.push(n), signal: stop.signal, pollMs });
}

const listening = () => vi.waitFor(() => expect(registry.listeners).toBe(1), { timeout: 10_000 });
const checks = () => news.filter(entry => entry.type === 'checked').length;

async function promote(version: number, revision: number, change = {}): Promise<void> {
  await registry.moveAlias('digits', version, revision, change);
  registry.tell({ type: 'alias', model: 'digits', alias: 'production', version, revision });
}

const running = async () => (await activeOf(db, 'digits'))?.version;

test('is told of a new production, fetches what differs, and swaps it in; the old one stays', async () => {
  start();
  await listening();
  await registry.publish('digits', 2, [1, 2, 9]);
  await promote(2, 2);
  await vi.waitFor(async () => expect(await running()).toBe(2));
  expect(news).toContainEqual({ type: 'updated', model: 'digits', version: 2, from: 1 });
  expect(await activeOf(db, 'digits')).toMatchObject({ variant: 'fp32', previous: 1, follows: true });
  expect((await listInstalled(db)).map(row => row.version)).toEqual([2, 1]);
});

test('goes back when the registry does', async () => {
  start();
  await listening();
  await registry.publish('digits', 2, [1, 2, 9]);
  await promote(2, 2);
  await vi.waitFor(async () => expect(await running()).toBe(2));
  await promote(1, 3);
  await vi.waitFor(async () => expect(await running()).toBe(1));
});

test('leaves alone what the user went back to', async () => {
  const updates = start();
  await listening();
  await registry.publish('digits', 2, [1, 2, 9]);
  await promote(2, 2);
  await vi.waitFor(async () => expect(await running()).toBe(2));
  await rollBack(db, 'digits');
  const before = checks();
  updates.check();
  await vi.waitFor(() => expect(checks()).toBeGreaterThan(before));
  expect(await running()).toBe(1);
});

test('asks now and then while the stream of news is down, and looks when it is back', async () => {
  registry.offline = true;
  start(50);
  await vi.waitFor(() => expect(news.some(entry => entry.type === 'failed')).toBe(true));
  await registry.publish('digits', 2, [1, 2, 9]);
  await registry.moveAlias('digits', 2, 2);
  registry.offline = false;
  await vi.waitFor(async () => expect(await running()).toBe(2));
  await listening();
  registry.dropStreams();
  await vi.waitFor(() => expect(news).toContainEqual({ type: 'listening', open: false }));
  await listening();
});

test('a version that cannot be had is told, and what runs goes on', async () => {
  start();
  await listening();
  await promote(2, 2, { versionDigest: 'f'.repeat(64) });
  await vi.waitFor(() => {
    expect(news).toContainEqual({
      type: 'failed',
      model: 'digits',
      failure: { code: 'NotFound', detail: 'digits@2' },
    });
  });
  expect(await running()).toBe(1);
});

test('hears of its own approval, and not of others’', async () => {
  const { keyId } = await loadIdentity(db);
  start();
  await listening();
  registry.tell({ type: 'device', id: 'e'.repeat(64) });
  registry.tell({ type: 'device', id: keyId });
  await vi.waitFor(() => expect(news).toContainEqual({ type: 'device' }));
  expect(news.filter(entry => entry.type === 'device')).toHaveLength(1);
});

test('one tab listens for all', async () => {
  start();
  start();
  await listening();
  await vi.waitFor(() => expect(checks()).toBeGreaterThanOrEqual(2));
  expect(registry.requests.filter(line => line === 'GET /events')).toHaveLength(1);
});

describe('a rollout', () => {
  test('that does not reach this device changes nothing here', async () => {
    start();
    await listening();
    await registry.publish('digits', 2, [1, 2, 9]);
    const before = checks();
    await promote(2, 2, { rollout: { share: 0, groups: null } });
    await vi.waitFor(() => expect(checks()).toBeGreaterThan(before));
    expect(await running()).toBe(1);
  });
});
