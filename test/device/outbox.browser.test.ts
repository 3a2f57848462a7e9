import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import type { Candidate } from '../../src/core/artifact/documents.ts';
import { keyIdOf, openDocument } from '../../src/core/artifact/signature.ts';
import { candidateSchema } from '../../src/core/artifact/documents.ts';
import { z } from '../../src/core/zod.ts';
import { RegistryClient } from '../../src/client/registry.ts';
import type { Comparison } from '../../src/core/evaluate/compare.ts';
import {
  discardCandidate,
  keepCandidate,
  listCandidates,
  readCandidate,
  readCandidateFile,
  saveCandidate,
} from '../../src/device/candidates.ts';
import type { Database } from '../../src/device/db.ts';
import { startDelivery } from '../../src/device/delivery.ts';
import { collectGarbage } from '../../src/device/garbage.ts';
import { type Identity, loadIdentity } from '../../src/device/identity.ts';
import { openInstalled } from '../../src/device/library.ts';
import {
  deliver,
  type DocumentItem,
  enqueue,
  enqueueDocument,
  isWaiting,
  listOutbox,
  removeFromOutbox,
} from '../../src/device/outbox.ts';
import { pullVersion } from '../../src/device/pull.ts';
import { freshDB } from './fresh-db.ts';
import { fileOf } from './documents-made.ts';
import { RegistryInPage } from './registry-in-page.ts';
import { json } from './wire-answers.ts';
import { eventually } from '../eventually.ts';

const comparison: Comparison = { labels: ['a', 'b'], parent: null, added: null, verdict: 'better' };

let db: Database;
let registry: RegistryInPage;
let identity: Identity;

beforeEach(async () => {
  ({ db } = await freshDB());
  registry = await RegistryInPage.create();
  await registry.publish('digits', 1, [1, 2, 3]);
  await pullVersion({ db, client: registry.client(), model: 'digits', version: 1 });
  identity = await loadIdentity(db);
});

/** Trained from version 1: its last chunk is new. */
async function trained(seed: number): Promise<{ digest: string; candidate: Candidate }> {
  const { manifest, row } = await openInstalled(db, 'digits', 1);
  const { file, tensors } = fileOf([1, 2, seed]);
  const { ref, chunks } = await chunkFile(file, tensors);
  const { version: _version, candidate: _candidate, ...body } = manifest;
  const candidate: Candidate = {
    ...body,
    type: 'candidate',
    parent: { version: 1, digest: row.manifest.signatures[0]!.keyId },
    device: identity.keyId,
    authority: { variant: 'fp32', file: ref },
  };
  return { digest: await saveCandidate(db, identity, { candidate, chunks, comparison }), candidate };
}

async function queued(seed: number): Promise<string> {
  const { digest } = await trained(seed);
  await keepCandidate(db, digest);
  await enqueue(db, digest);
  return digest;
}

describe('a candidate', () => {
  test('is signed by this device, and read back byte for byte', async () => {
    const { digest, candidate } = await trained(10);
    const row = await readCandidate(db, digest);
    expect(row).toMatchObject({ state: 'judging', comparison, receipt: null });
    expect(await openDocument(row.document, candidateSchema, identity.publicKey)).toEqual(candidate);
    expect(row.document.signatures[0]?.keyId).toBe(await keyIdOf(identity.publicKey));
    expect((await readCandidateFile(db, digest)).file).toEqual(fileOf([1, 2, 10]).file);
  });

  test('is not stored where a chunk is damaged or missing', async () => {
    const { candidate } = await trained(10);
    const { file, tensors } = fileOf([1, 2, 11]);
    const { ref, chunks } = await chunkFile(file, tensors);
    const next: Candidate = { ...candidate, authority: { variant: 'fp32', file: ref } };
    const last = ref.chunks.at(-1)!.digest;
    const before = await db.count('chunks');
    const damaged = new Map([...chunks, [last, new Uint8Array(8192)]]);
    await expect(
      saveCandidate(db, identity, { candidate: next, chunks: damaged, comparison }),
    ).rejects.toMatchObject({ code: 'ChunkInvalid' });
    await expect(
      saveCandidate(db, identity, { candidate: next, chunks: new Map(), comparison }),
    ).rejects.toMatchObject({ code: 'ChunkMissing' });
    expect(await listCandidates(db, 'digits')).toHaveLength(1);
    expect(await db.count('chunks')).toBe(before);
  });

  test('keeps its chunks through garbage collection until it is thrown away', async () => {
    const { digest } = await trained(10);
    expect(await collectGarbage(db)).toBe(0);
    await enqueue(db, digest);
    await discardCandidate(db, digest);
    expect(await listCandidates(db)).toEqual([]);
    expect(await listOutbox(db)).toEqual([]);
    expect(await db.count('chunks')).toBe(6);
  });

  test('that is damaged stops garbage collection rather than lose work', async () => {
    const { digest } = await trained(10);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    onTestFinished(() => {
      warn.mockRestore();
    });
    await db.put('candidates', { digest, model: 'digits' } as never);
    await db.clear('installed');
    expect(await collectGarbage(db)).toBe(0);
    expect(await listCandidates(db)).toEqual([]);
  });
});

describe('delivery', () => {
  test('sends only the chunks the registry lacks, and is done when the receipt is here', async () => {
    const digest = await queued(10);
    expect(await readCandidate(db, digest)).toMatchObject({ state: 'queued' });
    expect(await deliver(db, registry.client())).toBe(1);
    expect(registry.requests.filter(line => line.startsWith('PUT'))).toHaveLength(1);
    expect(await readCandidate(db, digest)).toMatchObject({
      state: 'sent',
      receipt: { version: 101, candidate: digest },
    });
    expect(await listOutbox(db)).toEqual([]);
    await enqueue(db, digest);
    expect(await listOutbox(db)).toEqual([]);
  });

  test('makes one version though the answer was lost', async () => {
    const digest = await queued(10);
    registry.loseNextReceipt = true;
    await expect(deliver(db, registry.client())).rejects.toMatchObject({ code: 'Offline' });
    expect(await listOutbox(db)).toMatchObject([{ candidate: digest, attempts: 1 }]);
    expect(registry.committed).toBe(1);
    expect(await deliver(db, registry.client())).toBe(1);
    expect(registry.committed).toBe(1);
    expect((await readCandidate(db, digest)).receipt?.version).toBe(101);
  });

  test('two tabs deliver each thing once', async () => {
    await queued(10);
    await queued(11);
    const counts = await Promise.all([deliver(db, registry.client()), deliver(db, registry.client())]);
    expect(counts.sort()).toEqual([0, 2]);
    expect(registry.requests.filter(line => line === 'POST /candidates')).toHaveLength(2);
  });

  test('keeps the order: a candidate that has to wait holds up those of its model, and no report', async () => {
    const first = await queued(10);
    const second = await queued(11);
    await enqueueDocument(db, 'reports', null, { type: 'report', n: 1 }, identity);
    registry.refusal = 'Unavailable';
    await expect(deliver(db, registry.client())).rejects.toMatchObject({ code: 'Unavailable' });
    expect([...registry.documents.values()].map(({ signed }) => signed['n'])).toEqual([1]);
    expect(await listOutbox(db)).toHaveLength(2);
    expect(registry.requests.filter(line => line === 'POST /candidates')).toHaveLength(1);
    registry.refusal = null;
    await deliver(db, registry.client());
    expect([...registry.receipts.keys()]).toEqual([first, second]);
  });

  test.for(['Unauthorized', 'Forbidden'] as const)(
    'waits for an admin where the device is not approved: %s',
    async (code, { expect: expectHere }) => {
      const digest = await queued(10);
      registry.refusal = code;
      await expectHere(deliver(db, registry.client())).rejects.toMatchObject({ code });
      const lastError = "waiting for an admin's approval";
      expectHere(await listOutbox(db)).toMatchObject([{ lastError }]);
      expectHere(await readCandidate(db, digest)).toMatchObject({
        state: 'queued',
        problem: lastError,
        problemCode: code,
      });
    },
  );

  test('takes a refusal for good out of the queue, with its reason, and goes on with the next', async () => {
    const refused = await queued(10);
    registry.refusal = 'ModelInvalid';
    expect(await deliver(db, registry.client())).toBe(0);
    expect(await readCandidate(db, refused)).toMatchObject({
      state: 'refused',
      problem: 'because',
      problemCode: 'ModelInvalid',
    });
    expect(await listOutbox(db)).toEqual([]);
  });

  test.each([
    ['a portal', () => new Response('<p>Log in', { status: 404, headers: { 'content-type': 'text/html' } })],
    ['a proxy that finds it too large', () => new Response('', { status: 413 })],
    ['something that answers all', () => json({ welcome: true })],
  ])('is refused nothing by %s: only the registry’s own word ends a delivery', async (_who, reply) => {
    const digest = await queued(10);
    await enqueueDocument(db, 'samples', 'digits', { n: 1 }, identity);
    const between: typeof fetch = (input, init) =>
      init?.method === 'POST' ? Promise.resolve(reply()) : registry.fetch(input, init);
    const client = new RegistryClient({ baseUrl: 'https://registry.test', fetch: between });
    await expect(deliver(db, client)).rejects.toThrow();
    expect((await listOutbox(db)).map(isWaiting)).toEqual([true, true]);
    expect(await readCandidate(db, digest)).toMatchObject({ state: 'queued' });
    expect(await deliver(db, registry.client())).toBe(2);
    expect(registry.committed).toBe(1);
  });

  test('sends a document once, signed, though it was queued twice and its answer was lost', async () => {
    const content = { type: 'samples', n: 1 };
    const digest = await enqueueDocument(db, 'samples', 'digits', content, identity);
    expect(await enqueueDocument(db, 'samples', 'digits', content, identity)).toBe(digest);
    registry.loseNextReceipt = true;
    await expect(deliver(db, registry.client())).rejects.toMatchObject({ code: 'Offline' });
    expect(await listOutbox(db)).toMatchObject([{ digest, attempts: 1 }]);
    expect(await deliver(db, registry.client())).toBe(1);
    expect(await listOutbox(db)).toEqual([]);
    expect([...registry.documents.keys()]).toEqual([digest]);
    const sent = registry.documents.get(digest)!;
    expect(await openDocument(sent, z.looseObject({}), identity.publicKey)).toEqual(content);
  });

  test('a document that is refused for good is kept with the reason, not sent again, and can be removed', async () => {
    await enqueueDocument(db, 'samples', 'digits', { n: 1 }, identity);
    registry.documentRefusal = 'DocumentInvalid';
    expect(await deliver(db, registry.client())).toBe(0);
    registry.documentRefusal = null;
    expect(await deliver(db, registry.client())).toBe(0);
    const [refused, ...others] = await listOutbox(db);
    expect(refused).toMatchObject({ refusedAs: 'DocumentInvalid', lastError: 'because' });
    expect([others, isWaiting(refused!), registry.documents.size]).toEqual([[], false, 0]);
    await removeFromOutbox(db, refused!.id!);
    expect(await listOutbox(db)).toEqual([]);
  });

  test('a document takes the place of those that it makes superfluous, refused ones too', async () => {
    const isState = ({ document }: DocumentItem) => document.signed['n'] !== 3;
    for (const n of [1, 2, 3]) await enqueueDocument(db, 'reports', null, { n }, identity);
    await enqueueDocument(db, 'reports', null, { n: 4 }, identity, isState);
    const left = (await listOutbox(db)).map(item => item.kind === 'document' && item.document.signed['n']);
    expect(left).toEqual([3, 4]);
  });

  test('a candidate that is taken out of the queue stays on this device', async () => {
    const digest = await queued(10);
    const [item] = await listOutbox(db);
    await removeFromOutbox(db, item!.id!);
    expect(await listOutbox(db)).toEqual([]);
    expect(await readCandidate(db, digest)).toMatchObject({ state: 'kept' });
    expect(await deliver(db, registry.client())).toBe(0);
  });

  test('stops when told, without counting it as a failed try', async () => {
    await queued(10);
    const stop = new AbortController();
    const delivering = deliver(db, registry.client(), { signal: stop.signal });
    stop.abort();
    await expect(delivering).rejects.toMatchObject({ code: 'Aborted' });
    expect(await listOutbox(db)).toMatchObject([{ attempts: 0, lastError: null }]);
  });

  test('runs by itself: when something is queued, and when the network returns', async () => {
    const stop = new AbortController();
    onTestFinished(() => {
      stop.abort();
    });
    registry.offline = true;
    startDelivery({ db, client: registry.client(), signal: stop.signal });
    const digest = await queued(10);
    await eventually(async () => {
      expect((await listOutbox(db))[0]?.attempts).toBeGreaterThan(0);
    });
    registry.offline = false;
    self.dispatchEvent(new Event('online'));
    await eventually(async () => {
      expect(await readCandidate(db, digest)).toMatchObject({ state: 'sent' });
    });
    expect(registry.committed).toBe(1);
  });
});
