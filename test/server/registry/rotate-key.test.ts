import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rotateRegistryKey } from '../../../server/registry/rotate-key.ts';
import { verifyData } from '../../../server/registry/verify.ts';
import { aliasSchema, manifestSchema } from '../../../src/core/artifact/documents.ts';
import type { VersionDetail } from '../../../src/core/artifact/registry-api.ts';
import { followRoot, keysOf, openFirstRoot, type OpenedRoot } from '../../../src/core/artifact/root-chain.ts';
import { type Envelope, envelopeDigest, openDocument } from '../../../src/core/artifact/signature.ts';
import {
  audienceOf,
  commitBytes,
  enrolDevice,
  startServer,
  temporaryFolder,
  type TestServer,
} from '../support.ts';

async function scene() {
  const data = temporaryFolder();
  const server = await startServer({ data });
  await commitBytes(server, 'sides', 'one');
  await commitBytes(server, 'sides', 'two');
  return { data, server };
}

async function read(server: TestServer, path: string): Promise<Envelope> {
  return (await server.ask('GET', path)).json as unknown as Envelope;
}

async function manifestOf(server: TestServer, version = 1): Promise<Envelope> {
  return ((await server.ask('GET', `models/sides/versions/${version}`)).json as unknown as VersionDetail)
    .manifest;
}

async function rotate(server: TestServer, body: object = {}): Promise<Envelope> {
  const { status, json } = await server.ask('POST', 'root', { token: server.key, body });
  expect(status).toBe(201);
  return json as unknown as Envelope;
}

/** As a device that knows `known` comes to the newest root. */
async function walk(server: TestServer, known: OpenedRoot): Promise<OpenedRoot> {
  return followRoot(known, await read(server, 'root'), revision => read(server, `root/${revision}`));
}

describe('a new key for the registry', () => {
  it('is signed by the one before, and every document by both: what anybody has stays what it is', async () => {
    const { server } = await scene();
    const known = await openFirstRoot(await read(server, 'root'));
    const [oldKey] = keysOf(known.root);
    const before = await manifestOf(server);
    const root = await rotate(server);
    expect(root.signatures).toHaveLength(2);
    const { root: followed } = await walk(server, known);
    const [newKey] = keysOf(followed);
    expect(newKey).not.toBe(oldKey);
    expect(keysOf(followed)).toEqual([newKey, oldKey]);
    const after = await manifestOf(server);
    expect(await envelopeDigest(after)).toBe(await envelopeDigest(before));
    for (const key of [oldKey!, newKey!]) {
      await openDocument(after, manifestSchema, key);
      await openDocument(await read(server, 'models/sides/aliases/production'), aliasSchema, key);
    }
    const { rows } = await allDocuments(server);
    for (const text of rows) expect(text).toContain(`"keyId":"${audienceOf(server)}"`);
  });

  it('has signed what is listed, also for who had the list before', async () => {
    const { server } = await scene();
    const list = async () => {
      const { json } = await server.ask('GET', 'models');
      return (json['models'] as { aliases: Envelope[] }[])[0]!.aliases[0]!;
    };
    await list();
    await rotate(server, { former: 'forget' });
    await openDocument(await list(), aliasSchema, server.registry.identity.keys);
  });

  it('signs alone what comes after', async () => {
    const { server } = await scene();
    await rotate(server);
    await commitBytes(server, 'sides', 'three');
    const { signatures } = await manifestOf(server, 3);
    expect(signatures.map(({ keyId }) => keyId)).toEqual([audienceOf(server)]);
  });

  it('is in force after a restart, and the old one is gone from the disk', async () => {
    const { server, data } = await scene();
    const old = readFileSync(join(data, 'registry.key'), 'utf8');
    await rotate(server);
    const key = audienceOf(server);
    await server.close();
    expect(readFileSync(join(data, 'registry.key'), 'utf8')).not.toBe(old);
    expect(existsSync(join(data, 'registry.next.key'))).toBe(false);
    expect((await verifyData(data)).bad).toEqual([]);
    const again = await startServer({ data });
    expect(audienceOf(again)).toBe(key);
    expect(await again.ask('GET', 'root/3')).toMatchObject({ status: 404 });
    expect(await again.ask('GET', 'root/1')).toMatchObject({ status: 200 });
  });

  it('is reached over three others by a device that was away', async () => {
    const { server } = await scene();
    const known = await openFirstRoot(await read(server, 'root'));
    for (let i = 0; i < 3; i += 1) await rotate(server, { former: 'forget' });
    const { root } = await walk(server, known);
    expect(root).toMatchObject({ revision: 4, keys: [{ keyId: audienceOf(server) }] });
    await openDocument(await manifestOf(server), manifestSchema, keysOf(root));
  });

  it('goes on being asked with tokens for the one before, unless that is to be forgotten', async () => {
    const { server } = await scene();
    const device = await enrolDevice(server, 'device');
    const old = audienceOf(server);
    const me = async () => (await server.ask('GET', 'me', { token: await device.token(old) })).json['kind'];
    await rotate(server);
    expect(await me()).toBe('device');
    await rotate(server, { former: 'forget' });
    expect(await me()).toBe('anonymous');
  });

  it('is made one at a time', async () => {
    const { server } = await scene();
    const both = await Promise.all(
      [1, 2].map(() => server.ask('POST', 'root', { token: server.key, body: {} })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await server.ask('GET', 'root/3')).status).toBe(404);
  });

  it('leaves a trace', async () => {
    const { server } = await scene();
    await rotate(server, { former: 'forget', why: 'the laptop was stolen' });
    const deed = await server.registry.database
      .selectFrom('audit')
      .select(['who', 'subject', 'why'])
      .where('what', '=', 'root')
      .executeTakeFirstOrThrow();
    expect(deed).toEqual({ who: 'admin-key', subject: audienceOf(server), why: 'the laptop was stolen' });
  });

  // Each of the four things that are logged stands for a point between two writes.
  it.each([1, 2, 3, 4])('survives a crash after its step %i, and can be made again', async step => {
    const { server, data } = await scene();
    const known = await openFirstRoot(await read(server, 'root'));
    let steps = 0;
    const log = {
      ...server.registry.log,
      info: () => {
        steps += 1;
        if (steps === step) throw new Error('the power went');
      },
    };
    const query = { former: 'forget' as const, why: null };
    await expect(rotateRegistryKey({ ...server.registry, log }, query, 'admin-key')).rejects.toThrow('power');
    expect(steps).toBe(step);
    await server.close();
    expect((await verifyData(data)).bad).toEqual([]);

    const again = await startServer({ data });
    const isInForce = step > 2;
    expect((await walk(again, known)).root.revision).toBe(isInForce ? 2 : 1);
    const noted = await again.ask('GET', `audit?subject=${audienceOf(again)}`, { token: again.key });
    expect(noted.json['entries']).toHaveLength(isInForce ? 1 : 0);
    expect(existsSync(join(data, 'registry.next.key'))).toBe(!isInForce);
    await commitBytes(again, 'sides', 'three');
    await rotate(again);
    const { root } = await walk(again, known);
    for (const version of [1, 2, 3]) {
      await openDocument(await manifestOf(again, version), manifestSchema, keysOf(root)[0]!);
    }
    await again.close();
    expect((await verifyData(data)).bad).toEqual([]);
  });
});

async function allDocuments({ registry: { database } }: TestServer) {
  const manifests = await database.selectFrom('versions').select('manifest as text').execute();
  const aliases = await database.selectFrom('aliases').select('document as text').execute();
  return { rows: [...manifests, ...aliases].map(({ text }) => text) };
}
