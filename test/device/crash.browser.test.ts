// A device that is killed at one write after the other, whatever it does, on one database that has to live through it all.
// The long form: `npm run crash:device -- --kills 1000`.
import { expect, onTestFinished, test, vi } from 'vitest';
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import { type Candidate, manifestSchema } from '../../src/core/artifact/documents.ts';
import { envelopeDigest, readDocument } from '../../src/core/artifact/signature.ts';
import { type Random, seededRandom } from '../../src/core/data/random.ts';
import {
  discardCandidate,
  keepCandidate,
  listCandidates,
  readCandidateFile,
  saveCandidate,
} from '../../src/device/candidates.ts';
import { discardRun, listRuns, readCheckpoint, saveCheckpoint } from '../../src/device/checkpoints.ts';
import type { Database } from '../../src/device/db.ts';
import { evict } from '../../src/device/evict.ts';
import { collectGarbage, dropDownload } from '../../src/device/garbage.ts';
import { checkStorage, isClean } from '../../src/device/health.ts';
import { type Identity, loadIdentity } from '../../src/device/identity.ts';
import { activate, listActive, listInstalled, readVariant, removeVersion } from '../../src/device/library.ts';
import { deliver, enqueue, listOutbox } from '../../src/device/outbox.ts';
import { setPinned } from '../../src/device/pinned.ts';
import { listDownloads, pullVersion } from '../../src/device/pull.ts';
import { addSample, listSamples } from '../../src/device/samples.ts';
import { fileOf } from './documents-made.ts';
import { freshDB } from './fresh-db.ts';
import { killAtWrite } from './killed-writes.ts';
import { RegistryInPage } from './registry-in-page.ts';
import { runOf, stateAt, stepOf } from './runs.ts';

const kills = Number(import.meta.env['VITE_KILLS'] ?? 60);
const seed = Number(import.meta.env['VITE_SEED'] ?? 20_261_126);
/** The writes of the longest work, and a few more: then it comes to its end. */
const mostWrites = 24;
const versions = [1, 2, 3, 4, 5];
const seedsOf = (version: number) => [1, 2, 100 + version, 200 + version];

/** What was acknowledged, and has to be there whatever happens. */
interface Promised {
  readonly installed: Set<number>;
  readonly pinned: Set<number>;
  /** Digest → the seed that its last chunk is made of. */
  readonly candidates: Map<string, number>;
  readonly queued: Set<string>;
  readonly samples: Set<string>;
  /** The last state of the run; null where none was acknowledged. */
  step: number | null;
}

interface Device {
  db: Database;
  readonly registry: RegistryInPage;
  readonly identity: Identity;
  readonly promised: Promised;
  made: number;
}

type Work = (device: Device, random: Random) => Promise<void>;

const pick = <T>(random: Random, from: readonly T[]): T | undefined =>
  from[Math.floor(random.uniform() * from.length)];

/** Each notes what it was promised only after the promise; what it takes away, it no longer expects before it begins. */
const works: Readonly<Record<string, Work>> = {
  async pull({ db, registry, promised }, random) {
    const version = pick(random, versions)!;
    await pullVersion({ db, client: registry.client(), model: 'digits', version });
    promised.installed.add(version);
  },
  async remove({ db, promised }, random) {
    const version = pick(
      random,
      [...promised.installed].filter(each => !promised.pinned.has(each)),
    );
    if (version === undefined || promised.installed.size < 2) return;
    promised.installed.delete(version);
    await removeVersion(db, 'digits', version);
  },
  async activate({ db, promised }, random) {
    const version = pick(random, [...promised.installed]);
    if (version !== undefined) await activate(db, 'digits', version);
  },
  async pin({ db, promised }, random) {
    const version = pick(random, [...promised.installed]);
    if (version === undefined) return;
    const pinned = !promised.pinned.delete(version);
    await setPinned(db, 'digits', version, pinned);
    if (pinned) promised.pinned.add(version);
  },
  async evict({ db, promised }) {
    const [active] = await listActive(db);
    const inUse = [active?.version, active?.previous];
    const mayGo = [...promised.installed].filter(each => !inUse.includes(each) && !promised.pinned.has(each));
    for (const version of mayGo) promised.installed.delete(version);
    await evict(db, 1);
  },
  async train(device, random) {
    const { db, identity, promised } = device;
    const row = pick(
      random,
      (await listInstalled(db)).filter(each => promised.installed.has(each.version)),
    );
    if (!row) return;
    device.made += 1;
    const made = 10_000 + device.made;
    const { file, tensors } = fileOf([1, 2, made]);
    const { ref, chunks } = await chunkFile(file, tensors);
    const { version, candidate: _candidate, ...body } = readDocument(row.manifest, manifestSchema);
    const candidate: Candidate = {
      ...body,
      type: 'candidate',
      parent: { version, digest: await envelopeDigest(row.manifest) },
      device: identity.keyId,
      authority: { variant: 'fp32', file: ref },
    };
    const comparison = { labels: ['a'], parent: null, added: null, verdict: 'better' } as const;
    promised.candidates.set(
      await saveCandidate(db, identity, { candidate, chunks, comparison: { ...comparison, labels: ['a'] } }),
      made,
    );
  },
  async queue({ db, promised }, random) {
    const digest = pick(random, [...promised.candidates.keys()]);
    if (digest === undefined) return;
    await keepCandidate(db, digest);
    await enqueue(db, digest);
    promised.queued.add(digest);
  },
  async discard({ db, promised }, random) {
    const digest = pick(
      random,
      [...promised.candidates.keys()].filter(each => !promised.queued.has(each)),
    );
    if (digest === undefined) return;
    promised.candidates.delete(digest);
    await discardCandidate(db, digest);
  },
  async deliver({ db, registry }) {
    await deliver(db, registry.client());
  },
  async sample({ db, promised }, random) {
    const features = [random.uniform(), random.uniform()];
    const row = await addSample(db, {
      model: 'digits',
      features,
      label: 'a',
      source: 'form',
      answered: null,
    });
    promised.samples.add(row.id);
  },
  async checkpoint(device) {
    device.made += 1;
    await saveCheckpoint(device.db, runOf('c'), stateAt(device.made));
    device.promised.step = device.made % 251;
  },
  async 'throw the run away'({ db, promised }) {
    promised.step = null;
    await discardRun(db, runOf('c').id);
  },
  async 'give downloads up'({ db }) {
    for (const { key } of await listDownloads(db)) await dropDownload(db, key);
  },
  async 'collect garbage'({ db }) {
    await collectGarbage(db);
  },
};

async function expectAllKept({ db, registry, promised }: Device): Promise<void> {
  const health = await checkStorage(db);
  expect(health).toMatchObject({ damagedChunks: 0, versions: [], work: [], runs: [], rows: {} });
  expect(isClean(health)).toBe(true);
  const here = new Set((await listInstalled(db)).map(row => row.version));
  for (const version of promised.installed) {
    expect(here).toContain(version);
    expect(await readVariant(db, 'digits', version, 'fp32')).toEqual(fileOf(seedsOf(version)).file);
  }
  for (const row of await listActive(db)) expect(here).toContain(row.version);
  const rows = new Map((await listCandidates(db)).map(row => [row.digest, row]));
  const waiting = new Set(
    (await listOutbox(db)).flatMap(item => (item.kind === 'candidate' ? [item.candidate] : [])),
  );
  for (const [digest, made] of promised.candidates) {
    const row = rows.get(digest);
    expect(row).toBeDefined();
    if (row!.state === 'sent') expect(registry.receipts.get(digest)).toEqual(row!.receipt);
    else expect((await readCandidateFile(db, digest)).file).toEqual(fileOf([1, 2, made]).file);
    if (promised.queued.has(digest)) expect(row!.state === 'sent' || waiting.has(digest)).toBe(true);
  }
  // However often it was sent.
  expect(registry.committed).toBe(registry.receipts.size);
  const samples = new Set((await listSamples(db, 'digits')).map(({ id }) => id));
  for (const id of promised.samples) expect(samples).toContain(id);
  const [run] = await listRuns(db);
  if (promised.step !== null) {
    // That one, or the next, which was committed before it could be acknowledged.
    const step = stepOf((await readCheckpoint(db, run!))!);
    expect([promised.step, (promised.step + 1) % 251]).toContain(step);
  }
}

test(`killed at ${kills} writes, it has lost nothing that was acknowledged, and nothing is half there`, async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  onTestFinished(() => {
    warn.mockRestore();
  });
  const fresh = await freshDB();
  const registry = await RegistryInPage.create();
  for (const version of versions) await registry.publish('digits', version, seedsOf(version));
  const device: Device = {
    db: fresh.db,
    registry,
    identity: await loadIdentity(fresh.db),
    promised: {
      installed: new Set(),
      pinned: new Set(),
      candidates: new Map(),
      queued: new Set(),
      samples: new Set(),
      step: null,
    },
    made: 0,
  };
  const random = seededRandom(seed);
  const killedIn = new Map<string, number>();
  let died = 0;
  for (let turn = 0; died < kills; turn += 1) {
    // In turn, so that none is left out by chance.
    const name = Object.keys(works)[turn % Object.keys(works).length]!;
    const killing = killAtWrite(device.db, 1 + Math.floor(random.uniform() ** 2 * mostWrites));
    let problem: unknown = null;
    try {
      await works[name]!(device, random);
    } catch (thrown) {
      problem = thrown;
    } finally {
      killing.end();
    }
    if (!killing.killed()) {
      expect(problem, `${name} failed without being killed`).toBeNull();
      continue;
    }
    died += 1;
    killedIn.set(name, (killedIn.get(name) ?? 0) + 1);
    device.db = await fresh.reopen();
    await expectAllKept(device).catch((thrown: unknown) => {
      throw new Error(`after kill ${died}, in "${name}" of turn ${turn} (seed ${seed})`, { cause: thrown });
    });
  }
  // Left in peace, it comes to rest: all is delivered, and no chunk is left over.
  await deliver(device.db, registry.client());
  for (const { key } of await listDownloads(device.db)) await dropDownload(device.db, key);
  await collectGarbage(device.db);
  await expectAllKept(device);
  expect(await listOutbox(device.db)).toEqual([]);
  expect(await collectGarbage(device.db)).toBe(0);
  for (const digest of device.promised.queued) expect(registry.receipts.has(digest)).toBe(true);
  expect(killedIn.size).toBeGreaterThan(8);
});
