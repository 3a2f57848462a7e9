// A model whose first version is made here: it runs before it has a number, gets one, and is lost at no step between.
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Candidate, candidateSchema } from '../../src/core/artifact/documents.ts';
import { envelopeDigest, openDocument } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { ok } from '../../src/core/result.ts';
import {
  discardCandidate,
  keepCandidate,
  listCandidates,
  readCandidate,
  readCandidateFile,
} from '../../src/device/candidates.ts';
import { checkForUpdates, type CheckNews } from '../../src/device/check-updates.ts';
import type { Database } from '../../src/device/db.ts';
import { startDelivery } from '../../src/device/delivery.ts';
import { evict } from '../../src/device/evict.ts';
import { parentOfNext } from '../../src/device/founding.ts';
import { collectGarbage } from '../../src/device/garbage.ts';
import { checkStorage, isClean } from '../../src/device/health.ts';
import { type Identity, loadIdentity } from '../../src/device/identity.ts';
import { activate, activeOf, listInstalled, removeVersion, rollBack } from '../../src/device/library.ts';
import { deliver, enqueue, listOutbox } from '../../src/device/outbox.ts';
import { defaultPolicy, savePolicy } from '../../src/device/policies.ts';
import type { Project } from '../../src/device/project-schemas.ts';
import { pullVersion } from '../../src/device/pull.ts';
import { forgetRegistry } from '../../src/device/registry.ts';
import { foundAs } from '../../src/device/rename-candidate.ts';
import { runCandidate, stopCandidate } from '../../src/device/run-candidate.ts';
import { startUpdates } from '../../src/device/updates.ts';
import { fileOf, now } from './documents-made.ts';
import { foundModel } from './founded.ts';
import { freshDB } from './fresh-db.ts';
import { RegistryInPage } from './registry-in-page.ts';

const model = 'plants';

let db: Database;
let registry: RegistryInPage;
let identity: Identity;
let news: CheckNews[];

beforeEach(async () => {
  ({ db } = await freshDB());
  registry = await RegistryInPage.create();
  identity = await loadIdentity(db);
  news = [];
});

/** A project finished; equal seeds give equal chunks. */
function finished(seed: number, change: Partial<Candidate> = {}): Promise<string> {
  return foundModel(db, identity, model, seed, change);
}

const inUse = () => activeOf(db, model);
const passes = () => Promise.resolve(ok({ problem: null }));

async function look(): Promise<void> {
  const client = registry.client();
  await checkForUpdates({ db, client, tryVersion: passes, app: null, onChange: each => news.push(each) });
}

describe('before it has a number', () => {
  test('it is stored with its signature, and runs as soon as its user wants it', async () => {
    const digest = await finished(10);
    const row = await readCandidate(db, digest);
    expect(row).toMatchObject({ model, state: 'judging', comparison: null });
    const candidate = await openDocument(row.document, candidateSchema, identity.publicKey);
    expect(candidate.parent).toBeNull();
    expect(await inUse()).toBeNull();
    await keepCandidate(db, digest);
    const running = { version: null, candidate: digest, variant: 'fp32', previous: null, follows: true };
    expect(await inUse()).toEqual({ model, ...running });
    expect((await readCandidateFile(db, digest)).file).toEqual(fileOf([1, 2, 10]).file);
  });

  test('sending it is wanting it, too', async () => {
    const digest = await finished(10);
    await enqueue(db, digest);
    expect(await inUse()).toMatchObject({ version: null, candidate: digest });
  });

  test('it runs before it was decided on, where its user tries it, and is kept then', async () => {
    const digest = await finished(10);
    await runCandidate(db, digest);
    expect(await inUse()).toMatchObject({ version: null, candidate: digest });
    expect(await readCandidate(db, digest)).toMatchObject({ state: 'kept' });
  });

  test('nothing that makes room or tidies up takes a piece of it', async () => {
    const digest = await finished(10);
    await registry.publish('digits', 1, [1, 7, 8]);
    await pullVersion({ db, client: registry.client(), model: 'digits', version: 1 });
    await keepCandidate(db, digest);
    await stopCandidate(db, model);
    expect(await inUse()).toBeNull();
    await removeVersion(db, 'digits', 1);
    await evict(db, 1);
    await collectGarbage(db);
    expect((await readCandidateFile(db, digest)).file).toEqual(fileOf([1, 2, 10]).file);
    expect(isClean(await checkStorage(db))).toBe(true);
    expect(await db.count('chunks')).toBe(3);
  });

  test('what is made next takes the place of what nobody decided on, and of nothing else', async () => {
    await finished(10);
    const second = await finished(11);
    expect((await listCandidates(db, model)).map(({ digest }) => digest)).toEqual([second]);
    expect(await db.count('chunks')).toBe(3);
    await keepCandidate(db, second);
    const third = await finished(12);
    const both = (await listCandidates(db, model)).map(({ digest }) => digest).sort();
    expect(both).toEqual([second, third].sort());
    expect(await inUse()).toMatchObject({ candidate: second });
    await keepCandidate(db, third);
    expect(await inUse()).toMatchObject({ candidate: third });
  });

  test('thrown away, it is neither in use nor in the queue nor in the store', async () => {
    const digest = await finished(10);
    await enqueue(db, digest);
    await discardCandidate(db, digest);
    expect(await inUse()).toBeNull();
    expect(await listOutbox(db)).toEqual([]);
    expect(await db.count('chunks')).toBe(0);
  });

  test('it stays, and stays in use, where the registry is forgotten', async () => {
    await registry.publish('digits', 1, [1, 7, 8]);
    await pullVersion({ db, client: registry.client(), model: 'digits', version: 1 });
    const digest = await finished(10);
    await keepCandidate(db, digest);
    await forgetRegistry(db);
    expect(await inUse()).toMatchObject({ version: null, candidate: digest });
    expect(await activeOf(db, 'digits')).toBeNull();
    expect((await readCandidateFile(db, digest)).file).toEqual(fileOf([1, 2, 10]).file);
  });
});

describe('sent', () => {
  test('it becomes version 1, and runs as that without a byte of it fetched', async () => {
    const digest = await finished(10);
    await enqueue(db, digest);
    expect(await deliver(db, registry.client())).toBe(1);
    expect(await readCandidate(db, digest)).toMatchObject({ state: 'sent', receipt: { version: 1 } });
    await collectGarbage(db);
    expect((await readCandidateFile(db, digest)).file).toEqual(fileOf([1, 2, 10]).file);
    await look();
    expect(await inUse()).toEqual({
      model,
      version: 1,
      variant: 'fp32',
      previous: null,
      follows: true,
      candidate: null,
    });
    expect((await listInstalled(db)).map(({ version }) => version)).toEqual([1]);
    expect(registry.fetchedChunks).toEqual([]);
    expect(await collectGarbage(db)).toBe(0);
    expect(news.filter(({ type }) => type !== 'checked')).toEqual([]);
  });

  test('no policy holds its number back, for nothing that answers changes', async () => {
    await savePolicy(db, { ...defaultPolicy, mode: 'never' });
    await enqueue(db, await finished(10));
    await deliver(db, registry.client());
    await look();
    expect(await inUse()).toMatchObject({ version: 1, candidate: null });
  });

  test('its number is taken down by itself, though no stream of news tells of it', async () => {
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const client = registry.client();
    vi.spyOn(client, 'events').mockReturnValue(new Promise(() => undefined));
    const rest = { tryVersion: passes, app: null, onChange: () => undefined };
    startUpdates({ db, client, ...rest, signal: stop.signal });
    startDelivery({ db, client, signal: stop.signal });
    await enqueue(db, await finished(10));
    await vi.waitFor(async () => expect(await inUse()).toMatchObject({ version: 1, candidate: null }), {
      timeout: 15_000,
    });
  });

  test('the answer lost, it is asked again, and is one version', async () => {
    const digest = await finished(10);
    await enqueue(db, digest);
    registry.loseNextReceipt = true;
    await expect(deliver(db, registry.client())).rejects.toMatchObject({ code: 'Offline' });
    await deliver(db, registry.client());
    expect(registry.committed).toBe(1);
    expect((await readCandidate(db, digest)).receipt?.version).toBe(1);
  });

  test('it follows the alias from then on, and what comes after it is made from what runs', async () => {
    await enqueue(db, await finished(10));
    await deliver(db, registry.client());
    expect(await parentOfNext(db, model)).toBeNull();
    await look();
    const { digest } = registry.versions.get('plants@1')!;
    expect(await parentOfNext(db, model)).toMatchObject({ ref: { version: 1, digest } });
    const next = await finished(11, { parent: { version: 1, digest } });
    await enqueue(db, next);
    expect(await inUse()).toMatchObject({ version: 1, candidate: null });
    await deliver(db, registry.client());
    expect((await readCandidate(db, next)).receipt?.version).toBe(2);
    await registry.moveAlias(model, 2, 2);
    await look();
    expect(await inUse()).toMatchObject({ version: 2, previous: 1 });
    await rollBack(db, model);
    expect(await inUse()).toMatchObject({ version: 1 });
  });

  test('waits for an approval with its state in sight, and goes on working', async () => {
    const digest = await finished(10);
    await enqueue(db, digest);
    registry.refusal = 'Forbidden';
    await expect(deliver(db, registry.client())).rejects.toMatchObject({ code: 'Forbidden' });
    expect(await readCandidate(db, digest)).toMatchObject({ state: 'queued', problemCode: 'Forbidden' });
    expect(await inUse()).toMatchObject({ version: null, candidate: digest });
    registry.refusal = null;
    expect(await deliver(db, registry.client())).toBe(1);
  });
});

describe('two of one model', () => {
  test('in the queue are sent in their order: the later becomes a candidate of the earlier’s version', async () => {
    const first = await finished(10);
    await enqueue(db, first);
    const second = await finished(11);
    await enqueue(db, second);
    expect(await deliver(db, registry.client())).toBe(2);
    const rows = await listCandidates(db, model);
    expect(rows.map(({ state, receipt }) => [state, receipt?.version]).sort()).toEqual([
      ['sent', 1],
      ['sent', 2],
    ]);
    const later = rows.find(({ receipt }) => receipt?.version === 2)!;
    expect(later.digest).not.toBe(second);
    expect(await openDocument(later.document, candidateSchema, identity.publicKey)).toMatchObject({
      parent: { version: 1, digest: registry.versions.get('plants@1')!.digest },
    });
    expect(await listOutbox(db)).toEqual([]);
    // The later one ran, and still does: in the place of version 1, as any candidate that has no number.
    expect(await inUse()).toMatchObject({ version: null, candidate: later.digest });
    await look();
    expect(await inUse()).toMatchObject({ version: 1, candidate: later.digest });
    expect((await readCandidateFile(db, later.digest)).file).toEqual(fileOf([1, 2, 11]).file);
  });

  test('where the registry cannot be asked what it has, the later waits and is not refused', async () => {
    await enqueue(db, await finished(10));
    await deliver(db, registry.client());
    const second = await finished(11);
    await enqueue(db, second);
    const client = registry.client();
    vi.spyOn(client, 'version').mockRejectedValue(new HaversackError('Offline', 'no answer'));
    await expect(deliver(db, client)).rejects.toMatchObject({ code: 'Offline' });
    expect(await readCandidate(db, second)).toMatchObject({ state: 'queued' });
    expect(await deliver(db, registry.client())).toBe(1);
  });

  test('of which the other is another device’s: it is refused, kept, in use, and sent under a name of its own', async () => {
    await registry.publish(model, 1, [5, 6, 7]);
    await registry.moveAlias(model, 1, 1);
    const digest = await finished(10);
    await enqueue(db, digest);
    expect(await deliver(db, registry.client())).toBe(0);
    expect(await readCandidate(db, digest)).toMatchObject({ state: 'refused', problemCode: 'Conflict' });
    await look();
    expect(await inUse()).toMatchObject({ version: null, candidate: digest });

    const project = { ...projectOf(digest), embedder: null };
    await db.put('projects', project);
    const record = { id: crypto.randomUUID(), at: now(), version: null, truth: null, place: null };
    const answer = { label: 'rose', probabilities: [1] };
    await db.put('records', { ...record, model, candidate: digest, photo: null, answer });
    const renamed = await foundAs(db, identity, digest, 'garden-plants');
    expect(renamed).not.toBe(digest);
    expect(await inUse()).toBeNull();
    expect(await activeOf(db, 'garden-plants')).toMatchObject({ version: null, candidate: renamed });
    expect(await db.get('projects', project.id)).toMatchObject({
      model: 'garden-plants',
      candidate: renamed,
    });
    expect(await db.getAllFromIndex('records', 'model', 'garden-plants')).toMatchObject([
      { candidate: renamed },
    ]);
    expect((await listCandidates(db)).map(row => row.digest)).toEqual([renamed]);
    expect(await deliver(db, registry.client())).toBe(1);
    expect(await readCandidate(db, renamed)).toMatchObject({ state: 'sent', receipt: { version: 1 } });
    expect((await readCandidateFile(db, renamed)).file).toEqual(fileOf([1, 2, 10]).file);
  });
});

function projectOf(candidate: string): Project {
  const at = { createdAt: now(), updatedAt: now() };
  return {
    id: crypto.randomUUID(),
    kind: 'photo',
    model,
    classes: [],
    columns: null,
    embedder: null,
    candidate,
    ...at,
  };
}

describe('a name that is a model’s here already', () => {
  test('leaves that in use; the new one runs where its user says so, and back leads to the version', async () => {
    await registry.publish(model, 1, [5, 6, 7]);
    await pullVersion({ db, client: registry.client(), model, version: 1 });
    const digest = await finished(10);
    await keepCandidate(db, digest);
    expect(await inUse()).toMatchObject({ version: 1, candidate: null });
    expect(await parentOfNext(db, model)).toBeNull();
    await runCandidate(db, digest);
    expect(await inUse()).toMatchObject({ version: null, candidate: digest, previous: 1 });
    await stopCandidate(db, model);
    expect(await inUse()).toMatchObject({ version: 1, candidate: null });
    await runCandidate(db, digest);
    await activate(db, model, 1);
    expect(await inUse()).toMatchObject({ version: 1, previous: null, candidate: null });
  });

  test.each([
    ['taken', 'Conflict'],
    ['No Name', 'InputInvalid'],
  ])('is no name to give: %s', async (name, code) => {
    const digest = await finished(10);
    await registry.publish('taken', 1, [5, 6, 7]);
    await pullVersion({ db, client: registry.client(), model: 'taken', version: 1 });
    await expect(foundAs(db, identity, digest, name)).rejects.toMatchObject({ code });
    expect(await readCandidate(db, digest)).toMatchObject({ state: 'judging', model });
  });
});

test('a list of models that claims its number for another version is not believed', async () => {
  const digest = await finished(10);
  await keepCandidate(db, digest);
  await registry.publish(model, 1, [5, 6, 7]);
  const client = registry.client();
  const listed = await client.models();
  listed.models![0]!.versions[0]!.candidate = digest;
  vi.spyOn(client, 'models').mockResolvedValue(listed);
  await checkForUpdates({ db, client, tryVersion: passes, app: null, onChange: each => news.push(each) });
  expect(news).toContainEqual(
    expect.objectContaining({
      type: 'failed',
      model,
      failure: expect.objectContaining({ code: 'SignatureInvalid' }),
    }),
  );
  expect(await inUse()).toMatchObject({ version: null, candidate: digest });
  expect(await envelopeDigest((await readCandidate(db, digest)).document)).toBe(digest);
});
