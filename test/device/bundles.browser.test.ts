import { expect, test } from 'vitest';
import { openBundle } from '../../src/core/artifact/bundle.ts';
import { type ChunkedFile, chunkFile } from '../../src/core/artifact/chunks.ts';
import type { Candidate, DeviceCertificate, Manifest, Root } from '../../src/core/artifact/documents.ts';
import {
  type Envelope,
  envelopeDigest,
  signDocument,
  type Signer,
} from '../../src/core/artifact/signature.ts';
import type { Comparison } from '../../src/core/evaluate/compare.ts';
import { type HandOver, makeBundle } from '../../src/device/bundles.ts';
import {
  discardCandidate,
  listCandidates,
  readCandidateFile,
  saveCandidate,
} from '../../src/device/candidates.ts';
import type { Database } from '../../src/device/db.ts';
import { collectGarbage } from '../../src/device/garbage.ts';
import { type Identity, loadIdentity } from '../../src/device/identity.ts';
import { listInbox } from '../../src/device/inbox.ts';
import { activate, activeOf, advance, follow, readFile } from '../../src/device/library.ts';
import { keepCertificate } from '../../src/device/peers.ts';
import { connect } from '../../src/device/registry.ts';
import { runCandidate, stopCandidate } from '../../src/device/run-candidate.ts';
import { addSample } from '../../src/device/samples.ts';
import type { RunningVersion } from '../../src/device/schema.ts';
import { takeBundle } from '../../src/device/take-bundle.ts';
import { fileOf, makeSigner, manifestOf, now } from './documents-made.ts';
import { freshDB } from './fresh-db.ts';

const model = 'digits';
const even: Comparison = { labels: [], parent: null, added: null, verdict: 'even' };
const nothing: HandOver = { candidates: [], samplesOf: null, versions: [] };

interface World {
  readonly registry: Signer;
  readonly root: Envelope;
  readonly manifest: Envelope;
  readonly version: ChunkedFile;
}

interface Phone {
  readonly db: Database;
  readonly self: Identity;
}

async function world(): Promise<World> {
  const registry = await makeSigner();
  const root: Root = {
    type: 'root',
    formatVersion: 1,
    revision: 1,
    keys: [{ keyId: registry.keyId, publicKey: registry.publicKey }],
    issuedAt: now(),
  };
  const { file, tensors } = fileOf([1, 2, 3]);
  const version = await chunkFile(file, tensors);
  const manifest = manifestOf(model, 1, version.ref, { dataset: null, recorded: null, topology: null });
  return {
    registry,
    root: await signDocument(root, registry),
    manifest: await signDocument(manifest, registry),
    version,
  };
}

/** A device of the registry, with version 1 where it has it. */
async function phone(
  of: World,
  name: string,
  role: DeviceCertificate['role'] | null,
  hasVersion = true,
): Promise<Phone> {
  const { db } = await freshDB();
  const self = await loadIdentity(db);
  await connect(db, { root: () => Promise.resolve(of.root) });
  if (role) {
    const certificate = await certificateFor(of, self, { name, role });
    await keepCertificate(db, certificate, [of.registry.publicKey]);
  }
  if (hasVersion) {
    for (const [digest, bytes] of of.version.chunks)
      await db.put('chunks', { digest, bytes: bytes.slice().buffer });
    await db.put('installed', {
      model,
      version: 1,
      manifest: of.manifest,
      variantDocuments: [],
      variants: ['fp32'],
      trainable: false,
      installedAt: now(),
      lastUsedAt: now(),
      pinned: false,
    });
    await activate(db, model, 1);
  }
  return { db, self };
}

function certificateFor(
  { registry }: World,
  self: Identity,
  change: Partial<DeviceCertificate> & Pick<DeviceCertificate, 'name' | 'role'>,
): Promise<Envelope> {
  const certificate: DeviceCertificate = {
    type: 'device',
    formatVersion: 1,
    device: self.keyId,
    publicKey: self.publicKey,
    groups: [],
    issuedAt: now(),
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    ...change,
  };
  return signDocument(certificate, registry);
}

/** What was taught from version 1, unless it is said to come of none: the last of its three tensors is another. */
async function teach(of: World, { db, self }: Phone, seed = 9, parent?: null): Promise<string> {
  const { file, tensors } = fileOf([1, 2, seed]);
  const { ref, chunks } = await chunkFile(file, tensors);
  const { type: _type, version: _version, candidate: _candidate, ...body } = of.manifest.signed as Manifest;
  const candidate: Candidate = {
    ...body,
    type: 'candidate',
    parent: parent === undefined ? { version: 1, digest: await envelopeDigest(of.manifest) } : parent,
    authority: { variant: 'fp32', file: ref },
    device: self.keyId,
  };
  return saveCandidate(db, self, { candidate, chunks, comparison: even });
}

/** Which has a number. */
async function running(db: Database): Promise<RunningVersion> {
  const active = await activeOf(db, model);
  if (active?.version == null) throw new Error('no version runs');
  return active;
}

test('what was taught on one device runs on another, which had only its parent, and back again', async () => {
  const of = await world();
  const anna = await phone(of, 'Anna', 'trainer');
  const ben = await phone(of, 'Ben', 'device');
  const candidate = await teach(of, anna);
  const bundle = await makeBundle(anna.db, anna.self, { ...nothing, candidates: [candidate] });
  const { bundle: index } = await openBundle({
    bytes: bundle.size,
    read: async (offset, bytes) => new Uint8Array(await bundle.slice(offset, offset + bytes).arrayBuffer()),
  });
  expect(index.chunks.map(({ bytes }) => bytes)).toEqual([8192]);
  expect(index.without).toMatchObject([{ model, version: 1 }]);

  const [taken] = await takeBundle(ben.db, ben.self, bundle);
  expect(taken).toMatchObject({
    kind: 'candidate',
    model,
    version: 1,
    outcome: 'taken',
    by: { name: 'Anna', expired: false },
  });
  expect((await takeBundle(ben.db, ben.self, bundle))[0]).toMatchObject({ outcome: 'known' });
  const [row] = await listCandidates(ben.db);
  expect(row).toMatchObject({ digest: candidate, state: 'kept', from: anna.self.keyId, comparison: null });

  expect(await runCandidate(ben.db, candidate)).toMatchObject({ version: 1, variant: 'fp32', candidate });
  const { file } = await readCandidateFile(ben.db, candidate);
  expect(file).toEqual(fileOf([1, 2, 9]).file);
  await stopCandidate(ben.db, model);
  expect(await activeOf(ben.db, model)).toMatchObject({ version: 1, candidate: null });
});

test('a candidate that runs keeps its bytes after it was sent, and lets go of them when something else runs', async () => {
  const of = await world();
  const anna = await phone(of, 'Anna', 'trainer');
  const candidate = await teach(of, anna);
  await runCandidate(anna.db, candidate);
  const row = (await anna.db.get('candidates', candidate))!;
  await anna.db.put('candidates', { ...row, state: 'sent' });
  expect(await collectGarbage(anna.db)).toBe(0);
  expect((await readCandidateFile(anna.db, candidate)).file.length).toBe(3 * 8192);
  await activate(anna.db, model, 1);
  expect(await activeOf(anna.db, model)).toMatchObject({ candidate: null });
  expect(await collectGarbage(anna.db)).toBe(1);
});

test('thrown away, a candidate does not run any more', async () => {
  const of = await world();
  const anna = await phone(of, 'Anna', 'trainer');
  const candidate = await teach(of, anna);
  await runCandidate(anna.db, candidate);
  await discardCandidate(anna.db, candidate);
  expect(await activeOf(anna.db, model)).toMatchObject({ version: 1, candidate: null });
});

test('nobody is believed but whom the registry vouches for, as what it vouches for', async () => {
  const of = await world();
  const ben = await phone(of, 'Ben', 'trainer');
  const refusal = async (maker: Phone) => {
    const candidate = await teach(of, maker);
    const bundle = await makeBundle(maker.db, maker.self, { ...nothing, candidates: [candidate] });
    const [item] = await takeBundle(ben.db, ben.self, bundle);
    return [item!.outcome, item!.problem?.code, item!.problem?.detail];
  };
  expect(await refusal(await phone(of, 'Stranger', null))).toEqual([
    'refused',
    'Forbidden',
    expect.stringContaining('did not come with it'),
  ]);
  expect(await refusal(await phone(of, 'Reader', 'device'))).toEqual([
    'refused',
    'Forbidden',
    expect.stringContaining('trainer is wanted'),
  ]);
  // Vouched for by another registry: its certificate is as good as none.
  const elsewhere = { ...of, ...(await world()), manifest: of.manifest, version: of.version };
  const foreign = await phone(elsewhere, 'Foreign', 'trainer');
  await expect(refusal(foreign)).rejects.toMatchObject({ code: 'KeyChanged' });
  expect(await listCandidates(ben.db)).toEqual([]);
});

test('a certificate that has run out is taken, and said', async () => {
  const of = await world();
  const anna = await phone(of, 'Anna', null);
  const ben = await phone(of, 'Ben', 'trainer');
  const expiresAt = new Date(Date.now() - 1000).toISOString();
  const old = await certificateFor(of, anna.self, { name: 'Anna', role: 'trainer', expiresAt });
  await keepCertificate(anna.db, old, [of.registry.publicKey]);
  const candidate = await teach(of, anna);
  const bundle = await makeBundle(anna.db, anna.self, { ...nothing, candidates: [candidate] });
  expect(await takeBundle(ben.db, ben.self, bundle)).toMatchObject([
    { outcome: 'taken', by: { name: 'Anna', expired: true } },
  ]);
});

test('a candidate whose parent is not here is refused by name, and nothing of it stays', async () => {
  const of = await world();
  const anna = await phone(of, 'Anna', 'trainer');
  const newcomer = await phone(of, 'New', 'device', false);
  const candidate = await teach(of, anna);
  const bundle = await makeBundle(anna.db, anna.self, { ...nothing, candidates: [candidate] });
  expect(await takeBundle(newcomer.db, newcomer.self, bundle)).toMatchObject([
    {
      outcome: 'refused',
      problem: { code: 'NotInstalled', detail: expect.stringContaining('digits version 1') as unknown },
    },
  ]);
  expect(await newcomer.db.count('chunks')).toBe(0);
});

test('who has nothing gets a version whole, and with it what was taught from it, in one bundle', async () => {
  const of = await world();
  const anna = await phone(of, 'Anna', 'trainer');
  const candidate = await teach(of, anna);
  const { db } = await freshDB();
  const self = await loadIdentity(db);
  const bundle = await makeBundle(anna.db, anna.self, {
    ...nothing,
    candidates: [candidate],
    versions: [{ model, version: 1 }],
  });
  const items = await takeBundle(db, self, bundle);
  expect(items.map(({ kind, outcome }) => [kind, outcome])).toEqual([
    ['version', 'taken'],
    ['candidate', 'taken'],
  ]);
  expect(await activeOf(db, model)).toMatchObject({ version: 1, follows: true });
  expect(await readFile(db, of.version.ref)).toEqual(fileOf([1, 2, 3]).file);
  expect((await takeBundle(db, self, bundle)).map(({ outcome }) => outcome)).toEqual(['known', 'known']);
});

test('a bundle of another registry is refused as a whole by who belongs to one', async () => {
  const [here, there] = [await world(), await world()];
  const anna = await phone(there, 'Anna', 'trainer');
  const ben = await phone(here, 'Ben', 'device', false);
  const bundle = await makeBundle(anna.db, anna.self, { ...nothing, versions: [{ model, version: 1 }] });
  await expect(takeBundle(ben.db, ben.self, bundle)).rejects.toMatchObject({ code: 'KeyChanged' });
  expect(await ben.db.count('installed')).toBe(0);
  expect(await ben.db.count('chunks')).toBe(0);
});

test('samples arrive in the inbox once, with who labelled them and their part, whichever way they came', async () => {
  const of = await world();
  const anna = await phone(of, 'Anna', 'device');
  const ben = await phone(of, 'Ben', 'trainer');
  const labelled = [];
  for (let i = 0; i < 12; i += 1) {
    labelled.push(
      await addSample(anna.db, {
        model,
        features: [i],
        label: String(i % 3),
        source: 'form',
        answered: null,
      }),
    );
  }
  // Ben has one of them as his own.
  await addSample(ben.db, { model, features: [3], label: '0', source: 'form', answered: null });
  const hand = { ...nothing, samplesOf: { model, version: 1 } };
  const bundle = await makeBundle(anna.db, anna.self, hand);
  expect(await takeBundle(ben.db, ben.self, bundle)).toMatchObject([
    { kind: 'samples', samples: 11, outcome: 'taken', by: { name: 'Anna' } },
  ]);
  const again = await makeBundle(anna.db, anna.self, hand);
  expect(await takeBundle(ben.db, ben.self, again)).toMatchObject([{ samples: 0, outcome: 'known' }]);
  const inbox = await listInbox(ben.db, model);
  const partOf = new Map(labelled.map(({ id, part }) => [id, part]));
  expect(inbox).toHaveLength(11);
  expect(inbox.every(row => row.device === anna.self.keyId && row.state === 'new')).toBe(true);
  expect(inbox.map(row => row.sample.part)).toEqual(inbox.map(row => partOf.get(row.id)));
  expect(await takeBundle(anna.db, anna.self, bundle)).toMatchObject([{ outcome: 'known' }]);
});

test('a bundle that was damaged on the way changes nothing', async () => {
  const of = await world();
  const anna = await phone(of, 'Anna', 'trainer');
  const ben = await phone(of, 'Ben', 'trainer');
  const candidate = await teach(of, anna);
  const bytes = new Uint8Array(
    await (await makeBundle(anna.db, anna.self, { ...nothing, candidates: [candidate] })).arrayBuffer(),
  );
  bytes[bytes.length - 5]! ^= 4;
  await expect(takeBundle(ben.db, ben.self, new Blob([bytes]))).rejects.toMatchObject({
    code: 'ChunkInvalid',
  });
  expect(await ben.db.count('peers')).toBe(1);
  expect(await listCandidates(ben.db)).toEqual([]);
});

test('what runs without a number outlives that its model is followed again, and an update that was decided before', async () => {
  const of = await world();
  const { db, self } = await phone(of, 'Anna', 'trainer');
  const version = (await db.get('installed', [model, 1]))!;
  await db.put('installed', { ...version, version: 2 });
  const from = await running(db);
  const candidate = await teach(of, { db, self });
  await runCandidate(db, candidate);
  await follow(db, model, true);
  expect(await activeOf(db, model)).toMatchObject({ version: 1, candidate, follows: true });
  expect(await advance(db, from, 2)).toBe(false);
  expect(await activeOf(db, model)).toMatchObject({ version: 1, candidate });
  expect(await advance(db, await running(db), 2)).toBe(true);
  expect(await activeOf(db, model)).toMatchObject({ version: 2, candidate: null });
});

test('a new model is carried to who has nothing of it, and runs there; who made it is what its bundle says', async () => {
  const of = await world();
  const anna = await phone(of, 'Anna', 'trainer', false);
  const ben = await phone(of, 'Ben', 'device', false);
  const candidate = await teach(of, anna, 9, null);
  const wanted = { ...nothing, candidates: [candidate] };
  const bundle = await makeBundle(anna.db, anna.self, wanted);
  const [taken] = await takeBundle(ben.db, ben.self, bundle);
  expect(taken).toMatchObject({ kind: 'candidate', model, version: null, outcome: 'taken' });
  expect(taken!.by).toMatchObject({ device: anna.self.keyId, name: 'Anna' });
  // Only by its reader's wish: somebody else decided on it.
  expect(await activeOf(ben.db, model)).toBeNull();
  await runCandidate(ben.db, candidate);
  expect(await activeOf(ben.db, model)).toMatchObject({ version: null, candidate });
  expect((await readCandidateFile(ben.db, candidate)).file).toEqual(fileOf([1, 2, 9]).file);
  expect((await takeBundle(ben.db, ben.self, await makeBundle(ben.db, ben.self, wanted)))[0]).toMatchObject({
    outcome: 'known',
  });

  const reader = await phone(of, 'Cleo', 'device', false);
  const other = await teach(of, reader, 10, null);
  const refused = await takeBundle(
    ben.db,
    ben.self,
    await makeBundle(reader.db, reader.self, { ...nothing, candidates: [other] }),
  );
  expect(refused).toMatchObject([{ outcome: 'refused', problem: { code: 'Forbidden' } }]);
});

test('what runs without a number leaves the kind of variant as it was, for what comes after it', async () => {
  const of = await world();
  const { db, self } = await phone(of, 'Anna', 'trainer');
  const version = (await db.get('installed', [model, 1]))!;
  await db.put('installed', { ...version, variants: ['fp32', 'int8'] });
  await activate(db, model, 1, 'int8');
  await runCandidate(db, await teach(of, { db, self }));
  await stopCandidate(db, model);
  expect(await activeOf(db, model)).toMatchObject({ version: 1, variant: 'int8', candidate: null });
});
