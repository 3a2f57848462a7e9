import { describe, expect, test } from 'vitest';
import type { RegistryInPage as Registry } from './registry-in-page.ts';
import { seenAlias } from '../../src/device/aliases.ts';
import { listInstalled } from '../../src/device/library.ts';
import { pullVersion } from '../../src/device/pull.ts';
import { connect, forgetRegistry, readRegistry, refreshCatalogue } from '../../src/device/registry.ts';
import { letIn } from './certified.ts';
import { freshDB } from './fresh-db.ts';
import { makeSigner } from './documents-made.ts';
import { RegistryInPage } from './registry-in-page.ts';

async function withModel(): Promise<Registry> {
  const registry = await RegistryInPage.create();
  await registry.publish('iris', 1, [1, 2]);
  await registry.publish('iris', 2, [1, 3]);
  await registry.moveAlias('iris', 2, 5);
  return registry;
}

describe('the registry’s key', () => {
  test('is pinned on first contact, and stays', async () => {
    const { db } = await freshDB();
    const registry = await RegistryInPage.create();
    const row = await connect(db, registry.client());
    expect(row.publicKey).toBe(registry.signer.publicKey);
    const again = await connect(db, registry.client());
    expect(again.pinnedAt).toBe(row.pinnedAt);
  });

  test('is refused when it is another one later, and nothing changes', async () => {
    const { db } = await freshDB();
    const first = await RegistryInPage.create();
    await connect(db, first.client());
    const other = await RegistryInPage.create();
    await expect(connect(db, other.client())).rejects.toMatchObject({ code: 'KeyChanged' });
    expect((await readRegistry(db))?.publicKey).toBe(first.signer.publicKey);
  });

  test('is refused when a root names it that it did not sign', async () => {
    const { db } = await freshDB();
    const first = await RegistryInPage.create();
    await connect(db, first.client());
    const forged = await RegistryInPage.create();
    const { signed } = first.root;
    forged.root = { signed: { ...signed, revision: 9 }, signatures: first.root.signatures };
    await expect(connect(db, forged.client())).rejects.toMatchObject({ code: 'SignatureInvalid' });
  });

  test('is refused when the root is older than the one seen', async () => {
    const { db } = await freshDB();
    const registry = await RegistryInPage.create();
    await registry.publishRoot(3);
    await connect(db, registry.client());
    await registry.publishRoot(2);
    await expect(connect(db, registry.client())).rejects.toMatchObject({ code: 'Rollback' });
  });

  test('can be forgotten, with all it signed, and another pinned', async () => {
    const { db } = await freshDB();
    const registry = await withModel();
    await refreshCatalogue(db, registry.client());
    await pullVersion({ db, client: registry.client(), model: 'iris', version: 2 });
    await letIn(db, registry.signer, []);
    await forgetRegistry(db);
    expect(await listInstalled(db)).toEqual([]);
    expect(await db.count('chunks')).toBe(0);
    expect(await db.count('peers')).toBe(0);
    const other = await RegistryInPage.create();
    expect((await connect(db, other.client())).publicKey).toBe(other.signer.publicKey);
  });
});

describe('the list of models', () => {
  test('is asked for again only if it changed, and kept for when there is no network', async () => {
    const { db } = await freshDB();
    const registry = await withModel();
    const first = await refreshCatalogue(db, registry.client());
    expect(first).toMatchObject({ changed: true, refused: [] });
    const second = await refreshCatalogue(db, registry.client());
    expect(second).toMatchObject({ changed: false, models: first.models });
    registry.offline = true;
    await expect(refreshCatalogue(db, registry.client())).rejects.toMatchObject({ code: 'Offline' });
    expect((await readRegistry(db))?.catalogue?.models).toEqual(first.models);
  });

  test('says that another registry answers, before anything of its list is believed', async () => {
    const { db } = await freshDB();
    const registry = await withModel();
    const { models } = await refreshCatalogue(db, registry.client());
    const other = await withModel();
    await expect(refreshCatalogue(db, other.client())).rejects.toMatchObject({ code: 'KeyChanged' });
    other.lockedOut = true;
    await expect(refreshCatalogue(db, other.client())).rejects.toMatchObject({ code: 'KeyChanged' });
    registry.lockedOut = true;
    await expect(refreshCatalogue(db, registry.client())).rejects.toMatchObject({ code: 'Unauthorized' });
    expect((await readRegistry(db))?.catalogue?.models).toEqual(models);
  });

  test('keeps what was known where an alias goes back to an older revision', async () => {
    const { db } = await freshDB();
    const registry = await withModel();
    await refreshCatalogue(db, registry.client());
    const good = registry.aliases.get('iris')!;
    await registry.moveAlias('iris', 1, 4);
    const { models, refused } = await refreshCatalogue(db, registry.client());
    expect(refused).toMatchObject([{ code: 'Rollback' }]);
    expect(models[0]?.aliases).toEqual([good]);
    expect((await seenAlias(db, 'iris', 'production'))?.alias.version).toBe(2);
  });

  test('takes an operator’s way back: a higher revision that names an older version', async () => {
    const { db } = await freshDB();
    const registry = await withModel();
    await refreshCatalogue(db, registry.client());
    await registry.moveAlias('iris', 1, 6);
    expect((await refreshCatalogue(db, registry.client())).refused).toEqual([]);
    expect((await seenAlias(db, 'iris', 'production'))?.alias).toMatchObject({ version: 1, revision: 6 });
  });

  test('refuses an alias that means two versions at one revision', async () => {
    const { db } = await freshDB();
    const registry = await withModel();
    await refreshCatalogue(db, registry.client());
    await registry.moveAlias('iris', 1, 5);
    const { refused } = await refreshCatalogue(db, registry.client());
    expect(refused).toMatchObject([{ code: 'Rollback' }]);
  });

  test('refuses an alias that another key signed, and one that is another model’s', async () => {
    const { db } = await freshDB();
    const registry = await withModel();
    await registry.moveAlias('iris', 2, 6, {}, await makeSigner());
    const first = await refreshCatalogue(db, registry.client());
    expect(first.refused).toMatchObject([{ code: 'SignatureInvalid' }]);
    expect(first.models[0]?.aliases).toEqual([]);
    await registry.moveAlias('iris', 2, 6, { model: 'digits' });
    const second = await refreshCatalogue(db, registry.client());
    expect(second.refused).toMatchObject([{ code: 'SignatureInvalid' }]);
  });

  test('goes on with an alias past its time, and says so', async () => {
    const { db } = await freshDB();
    const registry = await withModel();
    await registry.moveAlias('iris', 2, 6, { expiresAt: '2020-01-01T00:00:00.000Z' });
    expect((await refreshCatalogue(db, registry.client())).refused).toEqual([]);
    expect(await seenAlias(db, 'iris', 'production')).toMatchObject({ expired: true, alias: { version: 2 } });
  });

  test('takes the later times of an alias that was issued again', async () => {
    const { db } = await freshDB();
    const registry = await withModel();
    const times = { issuedAt: '2030-01-01T00:00:00.000Z', expiresAt: '2030-01-08T00:00:00.000Z' };
    await registry.moveAlias('iris', 2, 5, times);
    await refreshCatalogue(db, registry.client());
    await registry.moveAlias('iris', 2, 5, { ...times, issuedAt: '2029-01-01T00:00:00.000Z' });
    await refreshCatalogue(db, registry.client());
    expect((await seenAlias(db, 'iris', 'production'))?.alias.issuedAt).toBe(times.issuedAt);
  });
});
