import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectGarbage, uploadGraceMs } from '../../../server/registry/collect-garbage.ts';
import { insertVariant } from '../../../server/registry/commit.ts';
import type { Registry } from '../../../server/registry/context.ts';
import { verify } from '../../../server/registry/verify.ts';
import type { BlobStore } from '../../../server/storage/blobs.ts';
import { chunkFile } from '../../../src/core/artifact/chunks.ts';
import { type Bytes, sha256 } from '../../../src/core/artifact/digest.ts';
import { aliasSchema, type Report } from '../../../src/core/artifact/documents.ts';
import { deviceListSchema } from '../../../src/core/artifact/admission-api.ts';
import {
  type Collection,
  modelDetailSchema,
  type Retention,
} from '../../../src/core/artifact/registry-api.ts';
import { readDocument } from '../../../src/core/artifact/signature.ts';
import { toFailure } from '../../../src/core/errors.ts';
import { commitBytes, commitFile, enrolDevice, setDevice, startServer, type TestServer } from '../support.ts';

const dayMs = 24 * 60 * 60 * 1000;
const nothing = { chunks: 0, bytes: 0, versions: [] };

/** A registry whose clock is a year ahead of the disk's, so that what is put is old at once. */
async function scene() {
  let nowMs = Date.now() + 365 * dayMs;
  const server = await startServer({ now: () => new Date(nowMs) });
  return { server, pass: (days: number) => (nowMs += days * dayMs) };
}

async function put(server: TestServer, content: string) {
  const bytes: Bytes = new TextEncoder().encode(content);
  const digest = await sha256(bytes);
  await server.registry.blobs.put(digest, bytes);
  return digest;
}

function keep(server: TestServer, retention: Retention) {
  return server.ask('PATCH', 'models/sides', {
    token: server.key,
    headers: { 'if-match': '*' },
    body: { retention },
  });
}

async function move(server: TestServer, version: number, more: object = {}) {
  const { headers } = await server.ask('GET', 'models/sides/aliases/production');
  return server.ask('PUT', 'models/sides/aliases/production', {
    token: server.key,
    headers: { 'if-match': String(headers['etag']) },
    body: { version, ...more },
  });
}

async function collect(server: TestServer, dryRun = false): Promise<Omit<Collection, 'dryRun'>> {
  const { status, json } = await server.ask('POST', 'gc', { token: server.key, body: { dryRun } });
  expect(status).toBe(200);
  const { dryRun: said, ...collected } = json as Collection;
  expect(said).toBe(dryRun);
  return collected;
}

async function bad(server: TestServer) {
  return (await verify({ ...server.registry, publicKey: server.registry.identity.signer.publicKey })).bad;
}

/** What `device` says it runs. */
async function report(server: TestServer, device: string, version: number) {
  const document: Report = {
    type: 'report',
    formatVersion: 1,
    device,
    createdAt: new Date().toISOString(),
    app: 'test',
    active: [{ model: 'sides', version, variant: 'fp32', provider: null }],
    update: null,
    storage: null,
  };
  await server.registry.database
    .updateTable('devices')
    .set({ report: JSON.stringify(document) })
    .where('id', '=', device)
    .execute();
}

async function commit(server: TestServer, count: number) {
  for (let version = 1; version <= count; version += 1) {
    await commitBytes(server, 'sides', `content ${version}`);
  }
}

describe('garbage collection', () => {
  it('lets go of chunks that nobody needs, says so beforehand, and leaves a trace', async () => {
    const { server } = await scene();
    await commit(server, 2);
    const orphan = await put(server, 'nobody’s');
    const bytes = new TextEncoder().encode('nobody’s').length;
    expect(await collect(server, true)).toEqual({ chunks: 1, bytes, versions: [] });
    expect(await server.registry.blobs.has(orphan)).toBe(true);
    expect(await collect(server)).toEqual({ chunks: 1, bytes, versions: [] });
    expect(await server.registry.blobs.has(orphan)).toBe(false);
    expect(await collect(server)).toEqual(nothing);
    expect(await bad(server)).toEqual([]);
    const { json } = await server.ask('GET', 'audit?subject=chunks', { token: server.key });
    expect(json['entries']).toMatchObject([{ what: 'collected', who: 'admin-key' }]);
  });

  it('leaves an upload the time it takes', async () => {
    const server = await startServer();
    const digest = await put(server, 'on its way');
    const path = join(server.data, 'chunks', digest.slice(0, 2), digest.slice(2));
    expect(await collect(server)).toEqual(nothing);
    const before = new Date(Date.now() - uploadGraceMs - 1000);
    utimesSync(path, before, before);
    const asked = { token: server.key, body: { digests: [digest] } };
    expect((await server.ask('POST', 'chunks/missing', asked)).json).toEqual({ missing: [] });
    expect(await collect(server)).toEqual(nothing);
    utimesSync(path, before, before);
    expect(await collect(server)).toMatchObject({ chunks: 1 });
  });

  it('keeps every version until somebody says otherwise, then the newest and what they came from', async () => {
    const { server, pass } = await scene();
    const { digest } = await commitBytes(server, 'sides', 'one');
    await commitBytes(server, 'sides', 'two');
    await commitBytes(server, 'sides', 'three', { draft: { parent: { version: 1, digest } } });
    await move(server, 3);
    pass(8);
    expect(await collect(server)).toEqual(nothing);
    await keep(server, { keepVersions: 1, keepDays: 30 });
    expect(await collect(server)).toEqual(nothing);
    await keep(server, { keepVersions: 1, keepDays: 7 });
    expect(await collect(server, true)).toEqual({ chunks: 1, bytes: 3, versions: ['sides@2'] });
    expect(await collect(server)).toEqual({ chunks: 1, bytes: 3, versions: ['sides@2'] });
    expect(await collect(server)).toEqual(nothing);
    expect(await bad(server)).toEqual([]);
  });

  it('keeps what an alias means, for whom it is and for the others, as long as a device may believe it', async () => {
    const { server, pass } = await scene();
    await commit(server, 5);
    await move(server, 2);
    await move(server, 3, { share: 0.5 });
    await keep(server, { keepVersions: 1, keepDays: null });
    expect((await collect(server)).versions).toEqual(['sides@4']);
    pass(7);
    // Version 1 was replaced by 2 seven days ago; no document of it is valid any more.
    pass(0.01);
    expect((await collect(server)).versions).toEqual(['sides@1']);
    await move(server, 5);
    expect((await collect(server)).versions).toEqual([]);
    pass(6.99);
    expect((await collect(server)).versions).toEqual([]);
    pass(0.02);
    expect((await collect(server)).versions).toEqual(['sides@2', 'sides@3']);
    expect((await move(server, 3)).json['code']).toBe('VersionCollected');
    expect(await bad(server)).toEqual([]);
  });

  it('keeps what an approved device runs', async () => {
    const { server, pass } = await scene();
    await commit(server, 3);
    await move(server, 3);
    const { keyId } = await enrolDevice(server, 'device');
    await report(server, keyId, 1);
    await keep(server, { keepVersions: 1, keepDays: null });
    pass(8);
    expect((await collect(server)).versions).toEqual(['sides@2']);
    await setDevice(server, keyId, { status: 'revoked', role: null });
    expect((await collect(server)).versions).toEqual(['sides@1']);
  });

  it('leaves a collected version’s documents, and says where its bytes are', async () => {
    const { server, pass } = await scene();
    const { manifest, digest } = await commitBytes(server, 'sides', 'one');
    const { ref, chunks } = await chunkFile(new TextEncoder().encode('derived'));
    for (const [name, bytes] of chunks) await server.registry.blobs.put(name, bytes);
    const variant = {
      variant: 'int8',
      recipe: { kind: 'test' },
      runtime: 'test',
      file: ref,
      evaluations: [],
    };
    const insert = () =>
      server.registry.database
        .transaction()
        .execute(transaction =>
          insertVariant(server.registry, transaction, { model: 'sides', version: 1, digest }, variant),
        );
    await insert();
    await commitBytes(server, 'sides', 'two');
    await move(server, 2);
    await keep(server, { keepVersions: 1, keepDays: null });
    pass(8);
    expect(await collect(server)).toEqual({ chunks: 2, bytes: 10, versions: ['sides@1'] });
    const { json } = await server.ask('GET', 'models/sides/versions/1');
    expect(json).toMatchObject({ variants: [], collectedAt: expect.any(String) });
    const chunk = manifest.authority.file.chunks[0]!.digest;
    expect((await server.ask('GET', `chunks/${chunk}`)).status).toBe(404);
    const asked = await server.ask('POST', '/v2/models/sides/versions/1/infer', { body: { inputs: [] } });
    expect(asked).toMatchObject({ status: 410, json: { code: 'VersionCollected' } });
    await expect(insert()).rejects.toMatchObject({ code: 'VersionCollected' });
    const list = await server.ask('GET', 'models/sides');
    expect(list.json['versions']).toMatchObject([{ collectedAt: null }, { collectedAt: expect.any(String) }]);
    expect(await bad(server)).toEqual([]);
  });

  it('that is interrupted leaves nothing but what the next one takes', async () => {
    const { server, pass } = await scene();
    await commit(server, 4);
    await move(server, 4);
    await keep(server, { keepVersions: 1, keepDays: null });
    pass(8);
    let left = 1;
    const blobs = blobsWith(server.registry, {
      delete: async (digest, putBeforeMs) => {
        if (left === 0) throw new Error('the power went');
        left -= 1;
        return server.registry.blobs.delete(digest, putBeforeMs);
      },
    });
    await expect(collectGarbage({ ...server.registry, blobs }, false, 'registry')).rejects.toThrow('power');
    expect(await bad(server)).toEqual([]);
    expect(await collect(server)).toMatchObject({ chunks: 2, versions: [] });
    expect(await collect(server)).toEqual(nothing);
    expect(await bad(server)).toEqual([]);
  });

  it('needs an admin', async () => {
    const { server } = await scene();
    expect((await server.ask('POST', 'gc', { body: {} })).status).toBe(401);
  });
});

/** The same chunks, looked at in another way. */
function blobsWith({ blobs }: Registry, change: Partial<BlobStore>): BlobStore {
  return {
    has: digest => blobs.has(digest),
    get: digest => blobs.get(digest),
    put: (digest, bytes) => blobs.put(digest, bytes),
    stat: digest => blobs.stat(digest),
    renew: digest => blobs.renew(digest),
    delete: (digest, putBeforeMs) => blobs.delete(digest, putBeforeMs),
    list: () => blobs.list(),
    ...change,
  };
}

describe('a commit beside a collection', () => {
  /** A chunk that has lain about for long, and the file it makes. */
  async function forgotten(server: TestServer, content: string) {
    const digest = await put(server, content);
    const { ref } = await chunkFile(new TextEncoder().encode(content));
    expect(ref.chunks.map(chunk => chunk.digest)).toEqual([digest]);
    return { digest, ref };
  }

  it('is refused where a chunk went after the first look', async () => {
    const { server } = await scene();
    const { registry } = server;
    const { digest, ref } = await forgotten(server, 'shared');
    let looks = 0;
    const blobs = blobsWith(registry, {
      has: async each => {
        const there = await registry.blobs.has(each);
        looks += 1;
        if (looks === 1) await collectGarbage(registry, false, 'registry');
        return there;
      },
    });
    await expect(commitFile({ ...registry, blobs }, 'sides', ref)).rejects.toMatchObject({
      code: 'ChunkMissing',
    });
    expect(await registry.blobs.has(digest)).toBe(false);
    expect(await bad(server)).toEqual([]);
  });

  it('is seen by a collection that had made up its mind', async () => {
    const { server } = await scene();
    const { registry } = server;
    const { digest, ref } = await forgotten(server, 'shared');
    const blobs = blobsWith(registry, {
      async *list() {
        await commitFile(registry, 'sides', ref);
        yield* registry.blobs.list();
      },
    });
    expect(await collectGarbage({ ...registry, blobs }, false, 'registry')).toMatchObject(nothing);
    expect(await registry.blobs.has(digest)).toBe(true);
    expect(await bad(server)).toEqual([]);
  });

  it('has all its chunks or is refused, whichever comes first', async () => {
    const { server } = await scene();
    for (let turns = 0; turns < 16; turns += 1) {
      const { digest, ref } = await forgotten(server, `shared ${turns}`);
      const later = async () => {
        for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
        return commitFile(server.registry, 'sides', ref).then(
          () => 'committed',
          (thrown: unknown) => toFailure(thrown).code,
        );
      };
      const [outcome] = await Promise.all([later(), collectGarbage(server.registry, false, 'registry')]);
      expect(['committed', 'ChunkMissing']).toContain(outcome);
      expect(await server.registry.blobs.has(digest)).toBe(outcome === 'committed');
    }
    expect(await bad(server)).toEqual([]);
  });
});

describe('any history', () => {
  const share = fc.constantFrom(0.2, 1);
  const nat = fc.nat(30);
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('commit' as const), parent: nat, content: fc.nat(6) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('move' as const), version: nat, share }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('report' as const), version: nat }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), days: fc.nat(9) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('keep' as const),
        keepVersions: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }),
        keepDays: fc.option(fc.nat(10), { nil: null }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('collect' as const) }) },
  );

  it('loses nothing that is needed, and a second run finds nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async steps => {
        const { server, pass } = await scene();
        try {
          const digests = [(await commitBytes(server, 'sides', 'first')).digest];
          const { keyId } = await enrolDevice(server, 'device');
          const existing = (number: number) => (number % digests.length) + 1;
          for (const each of [...steps, { kind: 'collect' as const }]) {
            switch (each.kind) {
              case 'commit': {
                const version = existing(each.parent);
                const parent = { version, digest: digests[version - 1]! };
                const draft = each.parent % 3 === 0 ? {} : { parent };
                const committed = await commitBytes(server, 'sides', `content ${each.content}`, { draft });
                digests.push(committed.digest);
                break;
              }
              case 'move':
                await move(server, existing(each.version), { share: each.share });
                break;
              case 'report': {
                // A device runs what it could fetch.
                const version = existing(each.version);
                const { json } = await server.ask('GET', `models/sides/versions/${version}`);
                if (json['collectedAt'] === null) await report(server, keyId, version);
                break;
              }
              case 'pass':
                pass(each.days);
                break;
              case 'keep':
                await keep(server, { keepVersions: each.keepVersions, keepDays: each.keepDays });
                break;
              case 'collect': {
                const { said, done } = { said: await collect(server, true), done: await collect(server) };
                expect(done).toEqual(said);
                expect(await collect(server)).toEqual(nothing);
                expect(await bad(server)).toEqual([]);
                await expectNeeded(server);
                break;
              }
            }
          }
        } finally {
          await server.close();
        }
      }),
      { numRuns: 12 },
    );
  }, 240_000);

  /** The aliases' versions, those for the others, and the device's: there, with their parents' and their own bytes. */
  async function expectNeeded(server: TestServer) {
    const { json } = await server.ask('GET', 'models/sides');
    const { aliases, versions } = modelDetailSchema.parse(json);
    const alias = aliases.map(envelope => readDocument(envelope, aliasSchema));
    const devices = deviceListSchema.parse((await server.ask('GET', 'devices', { token: server.key })).json);
    const needed = [
      ...alias.flatMap(({ version, otherwise }) => [version, otherwise?.version]),
      ...devices.devices.flatMap(device => device.report?.active.map(({ version }) => version) ?? []),
    ];
    const byNumber = new Map(versions.map(version => [version.version, version]));
    for (const number of needed) {
      if (number === undefined) continue;
      const { parent, collectedAt } = byNumber.get(number)!;
      expect(collectedAt).toBeNull();
      if (parent) expect(byNumber.get(parent.version)!.collectedAt).toBeNull();
    }
  }
});
