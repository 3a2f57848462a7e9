// The attacks that The Update Framework names (https://theupdateframework.github.io/specification/v1.0.33/#threats), each tried
// on a device. Every test fails without the defence that it is about.
import { describe, expect, test } from 'vitest';
import { RegistryClient } from '../../src/client/registry.ts';
import { ok } from '../../src/core/result.ts';
import { countersign, signDocument } from '../../src/core/artifact/signature.ts';
import { seenAlias } from '../../src/device/aliases.ts';
import { checkForUpdates } from '../../src/device/check-updates.ts';
import { activeOf, listInstalled, readVariant } from '../../src/device/library.ts';
import { pullVersion } from '../../src/device/pull.ts';
import { connect, readRegistry, refreshCatalogue } from '../../src/device/registry.ts';
import { fileOf, makeSigner, now } from './documents-made.ts';
import { freshDB } from './fresh-db.ts';
import { RegistryInPage } from './registry-in-page.ts';
import { endless } from './wire-answers.ts';

const day = 24 * 60 * 60 * 1000;

async function scene() {
  const { db } = await freshDB();
  const registry = await RegistryInPage.create();
  await registry.publish('digits', 1, [1, 2], { int8: [8] });
  await registry.publish('digits', 2, [1, 3], { int8: [9] });
  await registry.moveAlias('digits', 1, 5);
  const client = registry.client();
  const pull = (version: number) => pullVersion({ db, client, model: 'digits', version });
  const refresh = () => refreshCatalogue(db, client);
  const meant = async () => (await seenAlias(db, 'digits', 'production'))?.alias;
  return { db, registry, client, pull, refresh, meant };
}

describe('arbitrary content', () => {
  test('bytes that are not those of the signed digest are never stored', async () => {
    const { db, registry, pull } = await scene();
    const { chunks } = await registry.addFile([2]);
    const evil = chunks[0]!.digest;
    registry.fault = digest => (digest === evil ? 'wrong' : null);
    await expect(pull(1)).rejects.toMatchObject({ code: 'ChunkInvalid' });
    expect(await db.getKey('chunks', evil)).toBeUndefined();
    expect(await listInstalled(db)).toEqual([]);
  });

  test('a manifest that was changed after it was signed is refused', async () => {
    const { registry, pull } = await scene();
    const published = registry.versions.get('digits@1')!;
    const { signed, signatures } = published.manifest;
    const manifest = { signed: { ...signed, note: 'run me' }, signatures };
    registry.versions.set('digits@1', { ...published, manifest });
    await expect(pull(1)).rejects.toMatchObject({ code: 'SignatureInvalid' });
  });
});

describe('endless data', () => {
  test('a chunk that does not end is given up at the first byte too many, before it is hashed', async () => {
    const { registry, pull } = await scene();
    const { chunks } = await registry.addFile([2]);
    registry.fault = digest => (digest === chunks[0]!.digest ? 'oversize' : null);
    await expect(pull(1)).rejects.toMatchObject({ code: 'ChunkInvalid' });
    // A try reads one part beyond the size, and there are three tries at most.
    expect(registry.oversizeBytes).toBeLessThanOrEqual(3 * (8192 + 4 * 4096));
  });

  test('a document that does not end is given up at its limit', async () => {
    const { db } = await freshDB();
    let bytes = 0;
    const client = new RegistryClient({
      baseUrl: 'https://registry.test',
      fetch: () =>
        Promise.resolve(
          new Response(
            endless(more => (bytes += more)),
            { headers: { 'content-type': 'application/json' } },
          ),
        ),
    });
    await expect(connect(db, client)).rejects.toMatchObject({ code: 'TooLarge' });
    expect(bytes).toBeLessThan(17 * 2 ** 20);
  });
});

describe('rollback', () => {
  test('an alias below the revision that was seen is refused, signed or not', async () => {
    const { registry, refresh, meant } = await scene();
    await registry.moveAlias('digits', 2, 6);
    await refresh();
    await registry.moveAlias('digits', 1, 5);
    expect((await refresh()).refused).toMatchObject([{ code: 'Rollback' }]);
    expect(await meant()).toMatchObject({ version: 2, revision: 6 });
  });

  test('a revision has one meaning: its version, its rollout, whether it is held', async () => {
    const { registry, refresh, meant } = await scene();
    await refresh();
    for (const change of [
      { version: 2, versionDigest: registry.versions.get('digits@2')!.digest },
      { rollout: { share: 0.5, groups: null } },
      { held: true },
    ]) {
      const later = { issuedAt: new Date(Date.now() + day).toISOString() };
      await registry.moveAlias('digits', 1, 5, { ...change, ...later });
      expect((await refresh()).refused).toMatchObject([{ code: 'Rollback' }]);
      expect(await meant()).toMatchObject({ version: 1, rollout: { share: 1 }, held: false });
    }
  });

  test('a root below the revision that was seen is refused, and one of two with the same revision', async () => {
    const { db, registry, client } = await scene();
    const first = registry.root;
    await registry.rotate();
    await connect(db, client);
    registry.root = first;
    await expect(connect(db, client)).rejects.toMatchObject({ code: 'Rollback' });
    const { signed } = registry.roots.get(2)!;
    registry.root = await signDocument({ ...signed, issuedAt: '2020-01-01T00:00:00.000Z' }, registry.signer);
    await expect(connect(db, client)).rejects.toMatchObject({ code: 'Rollback' });
  });

  test('an operator goes back by a higher revision that names the older version, and is followed', async () => {
    const { db, registry, client, pull, refresh } = await scene();
    await registry.moveAlias('digits', 2, 6);
    await refresh();
    await pull(2);
    expect(await activeOf(db, 'digits')).toMatchObject({ version: 2, follows: true });
    await registry.moveAlias('digits', 1, 7);
    const tryVersion = () => Promise.resolve(ok({ problem: null }));
    const news: unknown[] = [];
    const onChange = (each: unknown) => news.push(each);
    await checkForUpdates({ db, client, tryVersion, app: 'test', onChange }, 'now');
    expect(news).toContainEqual(expect.objectContaining({ type: 'updated', version: 1, from: 2 }));
    expect(await activeOf(db, 'digits')).toMatchObject({ version: 1, previous: 2 });
    expect(await readVariant(db, 'digits', 1, 'fp32')).toEqual(fileOf([1, 2]).file);
  });
});

describe('freeze', () => {
  test('an alias past its time is said to be that, and goes on being used', async () => {
    const { db, registry, refresh, pull } = await scene();
    const times = { issuedAt: new Date(Date.now() - 9 * day), expiresAt: new Date(Date.now() - 2 * day) };
    await registry.moveAlias('digits', 1, 5, {
      issuedAt: times.issuedAt.toISOString(),
      expiresAt: times.expiresAt.toISOString(),
    });
    expect((await refresh()).refused).toEqual([]);
    expect(await seenAlias(db, 'digits', 'production')).toMatchObject({ expired: true });
    await pull(1);
    expect(await activeOf(db, 'digits')).toMatchObject({ version: 1 });
  });

  test('an older copy of a document does not bring back its older times', async () => {
    const { registry, refresh, meant } = await scene();
    const issued = (at: string, expiresAt: string) =>
      registry.moveAlias('digits', 1, 5, { issuedAt: at, expiresAt });
    await issued('2030-01-02T00:00:00.000Z', '2030-01-09T00:00:00.000Z');
    await refresh();
    await issued('2030-01-01T00:00:00.000Z', '2031-01-01T00:00:00.000Z');
    expect((await refresh()).refused).toEqual([]);
    expect(await meant()).toMatchObject({ expiresAt: '2030-01-09T00:00:00.000Z' });
  });
});

describe('mix and match', () => {
  test('a manifest of another version, or of another model, is refused', async () => {
    const { registry, pull } = await scene();
    await registry.publish('iris', 1, [1, 2]);
    for (const other of ['digits@2', 'iris@1']) {
      registry.versions.set('digits@1', registry.versions.get(other)!);
      await expect(pull(1)).rejects.toMatchObject({ code: 'SignatureInvalid' });
    }
  });

  test('two manifests of one version: the one that the alias names is taken, and no other', async () => {
    const { registry, refresh, pull } = await scene();
    await refresh();
    await registry.publish('digits', 1, [6, 7]);
    await expect(pull(1)).rejects.toMatchObject({ code: 'SignatureInvalid' });
  });

  test('a variant of another version is refused', async () => {
    const { registry, pull } = await scene();
    const [one, two] = [registry.versions.get('digits@1')!, registry.versions.get('digits@2')!];
    registry.versions.set('digits@1', { ...one, variants: two.variants });
    await expect(pull(1)).rejects.toMatchObject({ code: 'SignatureInvalid' });
  });

  test('an alias of another model is refused', async () => {
    const { registry, refresh } = await scene();
    await registry.moveAlias('digits', 1, 9, { model: 'iris' });
    expect((await refresh()).refused).toMatchObject([{ code: 'SignatureInvalid' }]);
  });
});

describe('wrong key', () => {
  test('nothing is taken that another key signed, be it named as the registry’s', async () => {
    const { registry, pull, refresh } = await scene();
    await refresh();
    const thief = await makeSigner();
    const published = registry.versions.get('digits@1')!;
    const { signed } = published.manifest;
    const stolen = await signDocument(signed, thief);
    const named = { ...stolen, signatures: [{ ...stolen.signatures[0]!, keyId: registry.signer.keyId }] };
    for (const manifest of [stolen, named]) {
      registry.versions.set('digits@1', { ...published, manifest });
      await expect(pull(1)).rejects.toMatchObject({ code: 'SignatureInvalid' });
    }
    registry.versions.set('digits@1', {
      ...published,
      variants: [await signDocument(published.variants[0]!.signed, thief)],
    });
    await expect(pull(1)).rejects.toMatchObject({ code: 'SignatureInvalid' });
    await registry.moveAlias('digits', 2, 6, {}, thief);
    expect((await refresh()).refused).toMatchObject([{ code: 'SignatureInvalid' }]);
  });

  test('a link pins the registry that it names, and no other that answers', async () => {
    const { db, registry, client } = await scene();
    await expect(connect(db, client, 'f'.repeat(64))).rejects.toMatchObject({ code: 'KeyChanged' });
    expect(await readRegistry(db)).toBeNull();
    await connect(db, client, registry.signer.keyId);
    expect((await readRegistry(db))?.publicKey).toBe(registry.signer.publicKey);
  });
});

describe('key rotation', () => {
  test('a device that missed three walks them one by one, and what it has stays readable', async () => {
    const { db, registry, pull, refresh } = await scene();
    await refresh();
    const had = await pull(1);
    for (let i = 0; i < 3; i += 1) await registry.rotate('forget');
    await registry.publish('digits', 3, [1, 4]);
    await registry.moveAlias('digits', 3, 6);
    const before = registry.requests.length;
    expect((await refresh()).refused).toEqual([]);
    const roots = registry.requests.slice(before).filter(line => line.includes('/root'));
    expect(roots).toEqual(['GET /root', 'GET /root/2', 'GET /root/3']);
    expect((await readRegistry(db))?.publicKey).toBe(registry.signer.publicKey);
    await pull(3);
    expect((await listInstalled(db)).find(({ version }) => version === 1)).toMatchObject({
      manifest: had.manifest,
    });
    expect(await readVariant(db, 'digits', 1, 'fp32')).toEqual(fileOf([1, 2]).file);
    // More of a version that came with the key before: its identity is the same.
    await pullVersion({ db, client: registry.client(), model: 'digits', version: 1, variant: 'int8' });
  });

  test('a new key that the one before did not sign is refused', async () => {
    const { db, registry, client } = await scene();
    await connect(db, client);
    const old = registry.signer;
    const thief = await makeSigner();
    const { signed } = registry.root;
    const keys = [{ keyId: thief.keyId, publicKey: thief.publicKey }];
    const next = { ...signed, revision: 2, keys, issuedAt: now() };
    registry.root = await signDocument(next, thief);
    await expect(connect(db, client)).rejects.toMatchObject({ code: 'KeyChanged' });
    const { signatures } = registry.root;
    registry.root = { signed: next, signatures: [...signatures, { ...signatures[0]!, keyId: old.keyId }] };
    await expect(connect(db, client)).rejects.toMatchObject({ code: 'SignatureInvalid' });
    expect((await readRegistry(db))?.publicKey).toBe(old.publicKey);
  });

  test('a new key that did not sign itself is refused: nobody may have it', async () => {
    const { db, registry, client } = await scene();
    await connect(db, client);
    const stranger = await makeSigner();
    const keys = [{ keyId: stranger.keyId, publicKey: stranger.publicKey }];
    registry.root = await signDocument({ ...registry.root.signed, revision: 2, keys }, registry.signer);
    await expect(connect(db, client)).rejects.toMatchObject({ code: 'SignatureInvalid' });
  });

  test('no root is left out on the way', async () => {
    const { db, registry, client } = await scene();
    await connect(db, client);
    const old = registry.signer;
    await registry.rotate('forget');
    await registry.rotate('forget');
    // Signed by a key that the device knows, but not the next one.
    registry.root = await countersign(registry.root, old);
    registry.roots.delete(2);
    await expect(connect(db, client)).rejects.toMatchObject({ code: 'SignatureInvalid' });
    expect((await readRegistry(db))?.publicKey).toBe(old.publicKey);
  });

  test('a key that is forgotten signs nothing any more; one that is not goes on being believed', async () => {
    const { registry, refresh, meant } = await scene();
    await refresh();
    const old = registry.signer;
    await registry.rotate('believe');
    await registry.moveAlias('digits', 2, 6, {}, old);
    expect((await refresh()).refused).toEqual([]);
    await registry.rotate('forget');
    await registry.moveAlias('digits', 1, 7, {}, old);
    expect((await refresh()).refused).toMatchObject([{ code: 'SignatureInvalid' }]);
    expect(await meant()).toMatchObject({ version: 2, revision: 6 });
  });

  test('who has the key cannot keep later words out by a revision that nobody reaches, once the key is forgotten', async () => {
    const { registry, refresh, meant } = await scene();
    await refresh();
    const good = registry.aliases.get('digits')!;
    await registry.moveAlias('digits', 2, 1_000_000_000);
    await refresh();
    registry.aliases.set('digits', good);
    await registry.rotate('forget');
    expect((await refresh()).refused).toEqual([]);
    expect(await meant()).toMatchObject({ version: 1, revision: 5 });
  });

  test('two tabs that follow at the same moment end at the same key', async () => {
    const { db, registry, client, refresh } = await scene();
    await refresh();
    await registry.rotate('forget');
    await registry.rotate('forget');
    const rows = await Promise.all([connect(db, client), connect(db, client), connect(db, client)]);
    for (const row of [...rows, await readRegistry(db)]) {
      expect(row?.publicKey).toBe(registry.signer.publicKey);
    }
  });
});
