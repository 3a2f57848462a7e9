import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { backUp, restore } from '../../../server/registry/backup.ts';
import { verifyData } from '../../../server/registry/verify.ts';
import { aliasSchema } from '../../../src/core/artifact/documents.ts';
import { chunkFile } from '../../../src/core/artifact/chunks.ts';
import { openDocument } from '../../../src/core/artifact/signature.ts';
import { readAlias } from '../../../server/registry/aliases.ts';
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
