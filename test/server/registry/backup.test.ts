import { copyFileSync, existsSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { backUp, restore } from '../../../server/registry/backup.ts';
import { verifyData } from '../../../server/registry/verify.ts';
import { aliasSchema } from '../../../src/core/artifact/documents.ts';
import { chunkFile } from '../../../src/core/artifact/chunks.ts';
import { openDocument } from '../../../src/core/artifact/signature.ts';
import { moveAlias, readAlias, removeAlias } from '../../../server/registry/aliases.ts';
import { loadRegistryIdentity } from '../../../server/registry/key.ts';
import { smallModel } from '../cli/models.ts';
import { startServer, temporaryFolder, type TestServer } from '../support.ts';

const now = () => new Date();

async function push(server: TestServer, head: number): Promise<void> {
  const { ref, chunks } = await chunkFile(smallModel({ head }));
  for (const [digest, bytes] of chunks) {
    const sent = await server.ask('PUT', `chunks/${digest}`, { token: server.key, body: Buffer.from(bytes) });
    expect(sent.status).toBeLessThan(300);
  }
  const made = await server.ask('POST', 'models/small/versions', { token: server.key, body: { file: ref } });
  expect(made.status).toBe(201);
  await server.deriver.idle();
}

it('copies a registry while it runs; over an older backup, what is new', async () => {
  const server = await startServer();
  await push(server, 1);
  const folder = join(temporaryFolder(), 'backup');
  const first = await backUp({ data: server.data, folder });
  expect(first).toMatchObject({ versions: 1, bad: [] });
  expect(first.copiedBytes).toBe(first.bytes);
  await push(server, 2);
  const second = await backUp({ data: server.data, folder });
  expect(second).toMatchObject({ versions: 2, bad: [] });
  expect(second.copiedBytes).toBe(second.bytes - first.bytes);
  expect((await stat(join(folder, 'registry.key'))).mode & 0o077).toBe(0);
  expect((await readdir(folder, { recursive: true })).filter(name => name.endsWith('.tmp'))).toEqual([]);
});

it('is restored as the same registry, whose aliases devices take, whatever they saw before', async () => {
  const server = await startServer();
  await push(server, 1);
  const folder = join(temporaryFolder(), 'backup');
  await backUp({ data: server.data, folder });
  const data = join(temporaryFolder(), 'restored');
  await restore({ folder, data, now });
  expect(await verifyData(data)).toMatchObject({ versions: 1, bad: [] });
  const again = await startServer({ data });
  expect(again.key).toBe(server.key);
  const { publicKey } = server.registry.identity.signer;
  const alias = async (of: TestServer) =>
    openDocument((await readAlias(of.registry, 'small', 'production'))!, aliasSchema, publicKey);
  const [before, after] = [await alias(server), await alias(again)];
  expect(after.version).toBe(before.version);
  expect(after.revision).toBeGreaterThan(before.revision);
  await push(again, 2);
  expect(await verifyData(data)).toMatchObject({ versions: 2, bad: [] });
});

it('refuses what would write over something else', async () => {
  const server = await startServer();
  await push(server, 1);
  const folder = join(temporaryFolder(), 'backup');
  await backUp({ data: server.data, folder });
  await expect(restore({ folder, data: server.data, now })).rejects.toMatchObject({ code: 'Conflict' });
  const other = await startServer();
  await expect(backUp({ data: other.data, folder })).rejects.toMatchObject({ code: 'Conflict' });
  const holiday = temporaryFolder();
  await writeFile(join(holiday, 'photo.jpg'), 'x');
  await expect(backUp({ data: server.data, folder: holiday })).rejects.toMatchObject({ code: 'Conflict' });
  await expect(backUp({ data: holiday, folder: temporaryFolder() })).rejects.toMatchObject({
    code: 'NotFound',
  });
});

it('restores nothing from a backup that was damaged', async () => {
  const server = await startServer();
  await push(server, 1);
  const folder = join(temporaryFolder(), 'backup');
  await backUp({ data: server.data, folder });
  const chunks = (await readdir(join(folder, 'chunks'), { recursive: true })).filter(
    name => name.length > 40,
  );
  const path = join(folder, 'chunks', chunks[0]!);
  const bytes = await readFile(path);
  bytes[0]! ^= 1;
  await rm(path);
  await writeFile(path, bytes);
  const parent = temporaryFolder();
  const data = join(parent, 'restored');
  await expect(restore({ folder, data, now })).rejects.toMatchObject({ code: 'ChunkInvalid' });
  expect(existsSync(data)).toBe(false);
  expect(await readdir(parent)).toEqual([]);
});

it('lets a name that was removed, or came after the backup, go on above whatever devices saw of it', async () => {
  const server = await startServer();
  await push(server, 1);
  const because = { who: 'admin-key', why: null };
  const key = { model: 'small', alias: 'canary' };
  await moveAlias(server.registry, key, { version: 1, share: 1 }, null, because);
  await removeAlias(server.registry, key, 1, because);
  const folder = join(temporaryFolder(), 'backup');
  await backUp({ data: server.data, folder });
  // After the backup it was made again, and devices took it.
  await moveAlias(server.registry, key, { version: 1, share: 1 }, null, because);
  const later = { model: 'small', alias: 'later' };
  await moveAlias(server.registry, later, { version: 1, share: 1 }, null, because);
  const data = join(temporaryFolder(), 'restored');
  await restore({ folder, data, now });
  const again = await startServer({ data });
  for (const name of [key, later]) {
    const made = await moveAlias(again.registry, name, { version: 1, share: 1 }, null, because);
    const seen = await readAlias(server.registry, name.model, name.alias);
    expect(made.signed['revision']).toBeGreaterThan(Number(seen!.signed['revision']));
  }
});

it('goes on over an older backup when the registry has another key, and brings all of the rotation', async () => {
  const server = await startServer();
  await push(server, 1);
  const folder = join(temporaryFolder(), 'backup');
  await backUp({ data: server.data, folder });
  // As it lies there while a rotation is under way.
  copyFileSync(join(folder, 'registry.key'), join(folder, 'registry.next.key'));
  const rotated = await server.ask('POST', 'root', { token: server.key, body: { former: 'forget' } });
  expect(rotated.status).toBe(201);
  expect(await backUp({ data: server.data, folder })).toMatchObject({ versions: 1, bad: [] });
  const data = join(temporaryFolder(), 'restored');
  await restore({ folder, data, now });
  const again = await startServer({ data });
  const { identity } = server.registry;
  expect(again.registry.identity.keys).toEqual(identity.keys);
  expect(again.registry.identity.rootAt(1)).toEqual(identity.rootAt(1));
  const next = await again.ask('POST', 'root', { token: again.key, body: {} });
  expect(next.status).toBe(201);
  // The key that was forgotten has not come back.
  expect(JSON.stringify(next.json['signed'])).not.toContain(
    (identity.rootAt(1)!.signed['keys'] as { keyId: string }[])[0]!.keyId,
  );
});

it('brings the hash of an admin’s key that was taken away', async () => {
  const server = await startServer();
  await push(server, 1);
  await rm(join(server.data, 'admin.key'));
  const folder = join(temporaryFolder(), 'backup');
  await backUp({ data: server.data, folder });
  expect(existsSync(join(folder, 'admin.key'))).toBe(false);
  expect(await readFile(join(folder, 'admin.key.sha256'))).toEqual(
    await readFile(join(server.data, 'admin.key.sha256')),
  );
});

it('is no backup without the key that its root names; and a server makes no other in its place', async () => {
  const server = await startServer();
  await push(server, 1);
  await server.close();
  await rm(join(server.data, 'registry.key'));
  const folder = join(temporaryFolder(), 'backup');
  await expect(backUp({ data: server.data, folder })).rejects.toThrow(/registry\.key/);
  await expect(loadRegistryIdentity(server.data, now)).rejects.toThrow(/registry\.key/);
  expect(existsSync(join(server.data, 'registry.key'))).toBe(false);
});

it('mends what was damaged in an older backup', async () => {
  const server = await startServer();
  await push(server, 1);
  const folder = join(temporaryFolder(), 'backup');
  await backUp({ data: server.data, folder });
  const [name] = (await readdir(join(folder, 'chunks'), { recursive: true })).filter(
    each => each.length > 40,
  );
  const path = join(folder, 'chunks', name!);
  const bytes = await readFile(path);
  await rm(path);
  await writeFile(path, new Uint8Array(bytes.length));
  expect(await backUp({ data: server.data, folder })).toMatchObject({ bad: [] });
  expect(await readFile(path)).toEqual(bytes);
});
