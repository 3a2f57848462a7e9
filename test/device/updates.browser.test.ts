import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Report } from '../../src/core/artifact/documents.ts';
import { isInShare } from '../../src/core/artifact/rollout.ts';
import { failure } from '../../src/core/errors.ts';
import { fail, ok } from '../../src/core/result.ts';
import type { Database } from '../../src/device/db.ts';
import { loadIdentity } from '../../src/device/identity.ts';
import { activeOf, listInstalled, rollBack } from '../../src/device/library.ts';
import { listOutbox } from '../../src/device/outbox.ts';
import { defaultPolicy, savePolicy } from '../../src/device/policies.ts';
import { pullVersion } from '../../src/device/pull.ts';
import { takeByHand, type TryVersion } from '../../src/device/take-version.ts';
import { listFailedTrials } from '../../src/device/trials.ts';
import { type UpdateNews, startUpdates, type Updates } from '../../src/device/updates.ts';
import { letIn } from './certified.ts';
import { eventually } from '../eventually.ts';
import { freshDB } from './fresh-db.ts';
import { RegistryInPage } from './registry-in-page.ts';

let db: Database;
let registry: RegistryInPage;
let news: UpdateNews[];
/** Versions that were tried, in order; what `verdict` says of them. */
let tried: number[];
let verdict: (version: number) => ReturnType<TryVersion>;
let tryVersion: TryVersion | null;

const passes = () => Promise.resolve(ok({ problem: null }));
const answersOtherwise = () => Promise.resolve(ok({ problem: 'it answers otherwise' }));

beforeEach(async () => {
  ({ db } = await freshDB());
  registry = await RegistryInPage.create();
  news = [];
  tried = [];
  verdict = passes;
  tryVersion = ({ version }) => {
    tried.push(version);
    return verdict(version);
  };
  await registry.publish('digits', 1, [1, 2, 3], { int8: [4] });
  await registry.moveAlias('digits', 1, 1);
  await pullVersion({ db, client: registry.client(), model: 'digits', version: 1 });
});

const take = () => ({ db, client: registry.client(), tryVersion, app: 'test' });

function start(tickMs = 3_600_000): Updates {
  const stop = new AbortController();
  onTestFinished(() => {
    stop.abort();
  });
  return startUpdates({ ...take(), onChange: n => news.push(n), signal: stop.signal, tickMs });
}

const listening = () => eventually(() => expect(registry.listeners).toBe(1));
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
  await eventually(async () => expect(await running()).toBe(2));
  // Told after the swap, and after it was reported.
  const updated = { type: 'updated', model: 'digits', version: 2, from: 1 };
  await eventually(() => expect(news).toContainEqual(updated));
  expect(await activeOf(db, 'digits')).toMatchObject({ variant: 'fp32', previous: 1, follows: true });
  expect((await listInstalled(db)).map(row => row.version)).toEqual([2, 1]);
});

test('goes back when the registry does', async () => {
  start();
  await listening();
  await registry.publish('digits', 2, [1, 2, 9]);
  await promote(2, 2);
  await eventually(async () => expect(await running()).toBe(2));
  await promote(1, 3);
  await eventually(async () => expect(await running()).toBe(1));
});

test('leaves alone what the user went back to', async () => {
  const updates = start();
  await listening();
  await registry.publish('digits', 2, [1, 2, 9]);
  await promote(2, 2);
  await eventually(async () => expect(await running()).toBe(2));
  await rollBack(db, 'digits');
  const before = checks();
  updates.check('now');
  await eventually(() => expect(checks()).toBeGreaterThan(before));
  expect(await running()).toBe(1);
});

test('asks again once it is due, though no stream of news is open, and listens when there is one', async () => {
  registry.offline = true;
  start(50);
  await eventually(() => expect(news.some(entry => entry.type === 'failed')).toBe(true));
  await registry.publish('digits', 2, [1, 2, 9]);
  await registry.moveAlias('digits', 2, 2);
  const row = (await db.get('registry', 'registry'))!;
  await db.put('registry', { ...row, contactedAt: '2026-01-01T00:00:00.000Z' });
  registry.offline = false;
  await eventually(async () => expect(await running()).toBe(2));
  await listening();
  registry.dropStreams();
  await eventually(() => expect(news).toContainEqual({ type: 'listening', open: false }));
  await listening();
});

test('waits longer each time before it listens again to who ends every stream at once', async () => {
  const delays: number[] = [];
  const original = globalThis.setTimeout;
  // Those that are drawn at random are between two tries; the clocks of requests are whole numbers.
  const timeout = vi.spyOn(globalThis, 'setTimeout').mockImplementation((run: () => void, ms = 0) => {
    const isPause = !Number.isInteger(ms);
    if (isPause) delays.push(ms);
    return original(run, isPause ? 0 : ms);
  });
  onTestFinished(() => {
    timeout.mockRestore();
  });
  const stop = new AbortController();
  const onChange = (entry: UpdateNews) => {
    news.push(entry);
    if (entry.type === 'listening' && entry.open) queueMicrotask(() => registry.dropStreams());
    if (delays.length > 8) stop.abort();
  };
  startUpdates({ ...take(), onChange, signal: stop.signal });
  await eventually(() => expect(stop.signal.aborted).toBe(true));
  expect(Math.max(...delays)).toBeGreaterThan(16_000);
});

test('a version that cannot be had is told, and what runs goes on', async () => {
  start();
  await listening();
  await promote(2, 2, { versionDigest: 'f'.repeat(64) });
  await eventually(() => {
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
  await eventually(() => expect(news).toContainEqual({ type: 'device' }));
  expect(news.filter(entry => entry.type === 'device')).toHaveLength(1);
});

test('one tab listens for all', async () => {
  start();
  start();
  await listening();
  await eventually(() => expect(checks()).toBeGreaterThanOrEqual(2));
  expect(registry.requests.filter(line => line === 'GET /events')).toHaveLength(1);
});

/** Looks, and waits until it has. */
async function look(updates: Updates, urge: 'now' | 'when-it-suits' = 'when-it-suits'): Promise<void> {
  // The first may have been under way before it was asked for; the last begins only when the one between has ended.
  for (const each of [urge, urge, 'when-it-suits'] as const) {
    const before = checks();
    updates.check(each);
    await eventually(() => expect(checks()).toBeGreaterThan(before));
  }
}

async function publish(version: number, revision: number, change = {}): Promise<void> {
  await registry.publish('digits', version, [1, 2, version + 7]);
  await registry.moveAlias('digits', version, revision, change);
}

describe('a rollout', () => {
  test('that does not reach this device changes nothing here', async () => {
    start();
    await listening();
    await registry.publish('digits', 2, [1, 2, 9]);
    const before = checks();
    await promote(2, 2, { rollout: { share: 0, groups: null } });
    await eventually(() => expect(checks()).toBeGreaterThan(before));
    expect(await running()).toBe(1);
  });

  test('that is for a group reaches the devices that the registry put into it', async () => {
    const updates = start();
    await listening();
    await publish(2, 2, { rollout: { share: 1, groups: ['north'] } });
    await look(updates);
    expect(await running()).toBe(1);
    await letIn(db, registry.signer, ['north']);
    await look(updates);
    expect(await running()).toBe(2);
  });

  test('that is taken back takes the devices back that it reached', async () => {
    const updates = start();
    await listening();
    const before = { version: 1, versionDigest: registry.versions.get('digits@1')!.digest };
    await publish(2, 2, { otherwise: before });
    await look(updates);
    expect(await running()).toBe(2);
    const { keyId } = await loadIdentity(db);
    expect(await isInShare(keyId, 'digits', 0)).toBe(false);
    await registry.moveAlias('digits', 2, 3, { rollout: { share: 0, groups: null }, otherwise: before });
    await look(updates);
    expect(await running()).toBe(1);
  });

  test('that is held gives it to nobody who does not run it, and takes it from nobody', async () => {
    const updates = start();
    await listening();
    await publish(2, 2, { held: true });
    await look(updates);
    expect(await running()).toBe(1);
    await registry.moveAlias('digits', 2, 3);
    await look(updates);
    await registry.moveAlias('digits', 2, 4, { held: true });
    await look(updates);
    expect(await running()).toBe(2);
  });

  test('whose alias names another manifest than the registry has is not taken', async () => {
    const updates = start();
    await listening();
    const other = { version: 2, versionDigest: 'f'.repeat(64) };
    await registry.publish('digits', 2, [1, 2, 9]);
    await registry.moveAlias('digits', 1, 2, { rollout: { share: 0, groups: null }, otherwise: other });
    await look(updates);
    expect(await running()).toBe(1);
    expect(news).toContainEqual(
      expect.objectContaining({
        type: 'failed',
        failure: expect.objectContaining({ code: 'SignatureInvalid' }),
      }),
    );
  });
});

describe('a trial', () => {
  test('that fails leaves what runs, is told once and reported, and is not repeated for the same revision', async () => {
    await letIn(db, registry.signer, []);
    verdict = answersOtherwise;
    const updates = start();
    await listening();
    await publish(2, 2);
    await look(updates);
    await look(updates);
    expect(await activeOf(db, 'digits')).toMatchObject({ version: 1, previous: null });
    expect(tried).toEqual([2]);
    const problem = 'it answers otherwise';
    const told = { type: 'rolled-back', model: 'digits', version: 2, from: 1, problem };
    expect(news.filter(entry => entry.type === 'rolled-back')).toEqual([told]);
    expect(await listFailedTrials(db)).toMatchObject([{ model: 'digits', version: 2, problem }]);
    expect(await reported()).toContainEqual({
      model: 'digits',
      from: 1,
      to: 2,
      outcome: 'rolled-back',
      problem,
    });
  });

  test('is had again with a higher revision, and with a newer version', async () => {
    verdict = version => (version === 2 ? answersOtherwise() : passes());
    const updates = start();
    await listening();
    await publish(2, 2);
    await look(updates);
    await registry.moveAlias('digits', 2, 3);
    await look(updates);
    expect(tried).toEqual([2, 2]);
    await publish(3, 4);
    await look(updates);
    expect([tried, await running()]).toEqual([[2, 2, 3], 3]);
  });

  test('that cannot be had says nothing of the version: it is told, and tried at the next look', async () => {
    verdict = () => Promise.resolve(fail(failure('RuntimeFailed', 'the runtime did not start')));
    const updates = start();
    await listening();
    await publish(2, 2);
    await look(updates);
    expect(await listFailedTrials(db)).toEqual([]);
    expect(news).toContainEqual({
      type: 'failed',
      model: 'digits',
      failure: { code: 'RuntimeFailed', detail: 'the runtime did not start' },
    });
    verdict = passes;
    await look(updates);
    expect(await running()).toBe(2);
  });

  test('that no page outlives ends: the version is given up, and what ran goes on', async () => {
    await publish(2, 2);
    const { digest } = registry.versions.get('digits@2')!;
    const died = {
      digest,
      model: 'digits',
      version: 2,
      revision: 2,
      problem: null,
      at: new Date().toISOString(),
    };
    await db.put('trials', { ...died, state: 'running', begun: 3 });
    await look(start());
    expect([tried, await running()]).toEqual([[], 1]);
    expect((await listFailedTrials(db))[0]?.problem).toMatch(/the page ended 3 times/);
  });

  test('is not had where nothing can compute: the version is fetched, and a page tries it later', async () => {
    tryVersion = null;
    await publish(2, 2);
    await look(start());
    expect(news).toContainEqual({ type: 'fetched', model: 'digits', version: 2, from: 1 });
    expect((await listInstalled(db)).map(row => row.version)).toEqual([2, 1]);
    expect(await running()).toBe(1);
  });

  test('by hand is had though it failed before, and what passes runs', async () => {
    verdict = answersOtherwise;
    await publish(2, 2);
    await look(start());
    expect(await takeByHand(take(), 'digits', 2)).toMatchObject({ type: 'rolled-back' });
    verdict = passes;
    expect(await takeByHand(take(), 'digits', 2)).toEqual({ type: 'updated' });
    expect(await activeOf(db, 'digits')).toMatchObject({ version: 2, previous: 1, follows: true });
    expect(await listFailedTrials(db)).toEqual([]);
  });
});

describe('a policy', () => {
  test('that asks tells of what is newer and takes nothing', async () => {
    await savePolicy(db, { ...defaultPolicy, model: 'digits', mode: 'ask' });
    await publish(2, 2);
    await look(start());
    expect(news).toContainEqual({ type: 'wanted', model: 'digits', version: 2, hold: 'ask' });
    expect((await listInstalled(db)).map(row => row.version)).toEqual([1]);
  });

  test('of never takes nothing, and gives way to one of the model’s own', async () => {
    await savePolicy(db, { ...defaultPolicy, mode: 'never' });
    await publish(2, 2);
    const updates = start();
    await look(updates);
    expect((await listInstalled(db)).map(row => row.version)).toEqual([1]);
    await savePolicy(db, { ...defaultPolicy, model: 'digits' });
    await eventually(async () => expect(await running()).toBe(2));
  });

  test('that waits until nobody uses the device waits, unless it is asked for by hand', async () => {
    await savePolicy(db, { ...defaultPolicy, onlyWhile: { ...defaultPolicy.onlyWhile, idle: true } });
    await publish(2, 2);
    const updates = start();
    self.dispatchEvent(new Event('pointerdown'));
    await look(updates);
    expect(news).toContainEqual({ type: 'wanted', model: 'digits', version: 2, hold: ['idle'] });
    expect(await running()).toBe(1);
    await look(updates, 'now');
    expect(await running()).toBe(2);
  });

  test('never goes over a metered link, not when it is looked by hand either', async () => {
    linkOf('cellular');
    await publish(2, 2);
    await look(start(), 'now');
    expect(news).toContainEqual({ type: 'wanted', model: 'digits', version: 2, hold: ['unmetered'] });
    expect(await running()).toBe(1);
  });

  test('takes what is here already, whatever the link: nothing goes over it', async () => {
    tryVersion = null;
    await publish(2, 2);
    const fetched = { type: 'fetched', model: 'digits', version: 2, from: 1 };
    start();
    await eventually(() => expect(news).toContainEqual(fetched));
    linkOf('cellular');
    tryVersion = passes;
    await look(start());
    expect(await running()).toBe(2);
  });

  test('holds what comes when the link comes to be metered, and goes on when it is not', async () => {
    const link = linkOf('wifi');
    await publish(2, 2);
    registry.fault = () => {
      link.becomes('cellular');
      return null;
    };
    start();
    const held = { type: 'wanted', model: 'digits', version: 2, hold: ['unmetered'] };
    await eventually(() => expect(news).toContainEqual(held));
    expect(await running()).toBe(1);
    registry.fault = () => null;
    link.becomes('wifi');
    await eventually(async () => expect(await running()).toBe(2));
  });

  test('goes on when a condition comes to be met after a look that failed', async () => {
    const link = linkOf('cellular');
    await publish(2, 2);
    const updates = start();
    await listening();
    await look(updates);
    registry.offline = true;
    updates.check('when-it-suits');
    await eventually(() => expect(news.some(({ type }) => type === 'failed')).toBe(true));
    registry.offline = false;
    link.becomes('wifi');
    await eventually(async () => expect(await running()).toBe(2));
  });

  test('holds nothing for a condition that is met while it is being looked', async () => {
    const link = linkOf('cellular');
    const updates = start();
    await listening();
    await look(updates);
    await publish(2, 2);
    // Asked after the link, and before anything is told to wait for it.
    atBattery(() => {
      link.becomes('wifi');
    });
    updates.check('when-it-suits');
    await eventually(async () => expect(await running()).toBe(2));
  });
});

/** Runs `then` when next the device is asked for its battery, of which it tells nothing. */
function atBattery(then: () => void) {
  const getBattery = vi
    .fn(() => Promise.reject(new Error('no battery')))
    .mockImplementationOnce(() => {
      then();
      return Promise.reject(new Error('no battery'));
    });
  Object.defineProperty(navigator, 'getBattery', { value: getBattery, configurable: true });
  onTestFinished(() => {
    Reflect.deleteProperty(navigator, 'getBattery');
  });
}

function linkOf(type: string) {
  const link = Object.assign(new EventTarget(), { type });
  Object.defineProperty(navigator, 'connection', { value: link, configurable: true });
  onTestFinished(() => {
    Reflect.deleteProperty(navigator, 'connection');
  });
  return {
    becomes: (next: string) => {
      link.type = next;
      link.dispatchEvent(new Event('change'));
    },
  };
}

const reported = async () =>
  (await listOutbox(db)).map(
    item => item.kind === 'document' && (item.document.signed as unknown as Report).update,
  );

describe('a report', () => {
  test('of a swap is queued where the registry knows this device', async () => {
    await letIn(db, registry.signer, []);
    await publish(2, 2);
    await look(start());
    const swap = { model: 'digits', from: 1, to: 2, outcome: 'swapped', problem: null };
    expect(await reported()).toContainEqual(swap);
  });

  test('is not made by a device that was not let in', async () => {
    await publish(2, 2);
    await look(start());
    expect([await running(), await reported()]).toEqual([2, []]);
  });

  test('of the mere state is made once a day, and gives way to a newer one', async () => {
    await letIn(db, registry.signer, []);
    const updates = start();
    await look(updates);
    await look(updates);
    expect(await reported()).toEqual([null]);
    const [first] = await listOutbox(db);
    await db.put('marks', { id: 'state-report', at: new Date(Date.now() - 25 * 3_600_000).toISOString() });
    await look(updates);
    expect(await reported()).toEqual([null]);
    expect((await listOutbox(db))[0]?.id).not.toBe(first?.id);
  });
});
