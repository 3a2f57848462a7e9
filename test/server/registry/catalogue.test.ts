import { describe, expect, it } from 'vitest';
import { maxCardBytes, modelDetailSchema, modelListSchema } from '../../../src/core/artifact/registry-api.ts';
import { commitBytes, startServer, type TestServer } from '../support.ts';

const model = 'models/sides';

async function scene() {
  const server = await startServer();
  await commitBytes(server, 'sides', 'one');
  await commitBytes(server, 'sides', 'two');
  return server;
}

function change(server: TestServer, path: string, body: object, ifMatch: string | null = '*') {
  return server.ask('PATCH', path, {
    token: server.key,
    body,
    ...(ifMatch === null ? {} : { headers: { 'if-match': ifMatch } }),
  });
}

async function detailOf(server: TestServer) {
  const { json, headers } = await server.ask('GET', model);
  return { ...modelDetailSchema.parse(json), etag: String(headers['etag']) };
}

async function found(server: TestServer, query: string) {
  const { json } = await server.ask('GET', `models?${query}`);
  return modelListSchema.parse(json).models.map(each => each.model);
}

describe('what is said of a model', () => {
  it('is changed piece by piece, in the audit, and only where nobody changed it in between', async () => {
    const server = await scene();
    const { etag } = await detailOf(server);
    expect((await change(server, model, { card: '# Sides' }, etag)).status).toBe(200);
    expect((await change(server, model, { tags: ['toys'] }, etag)).status).toBe(412);
    expect((await change(server, model, { tags: ['toys'] }, null)).status).toBe(428);
    await change(server, model, { tags: ['toys', 'toys'], retention: { keepVersions: 3, keepDays: null } });
    expect(await detailOf(server)).toMatchObject({
      card: '# Sides',
      tags: ['toys'],
      retention: { keepVersions: 3, keepDays: null },
    });
    const deeds = await server.ask('GET', 'audit?subject=sides&limit=2', { token: server.key });
    expect(deeds.json['entries']).toMatchObject([
      { what: 'model', subject: 'sides', who: 'admin-key' },
      { what: 'model', detail: 'card of 7 characters' },
    ]);
  });

  it('has limits: a card in bytes, a tag in letters', async () => {
    const server = await scene();
    const letters = 'ü'.repeat(maxCardBytes / 2);
    expect((await change(server, model, { card: letters })).status).toBe(200);
    expect((await change(server, model, { card: `${letters}.` })).status).toBe(400);
    expect((await change(server, model, { tags: ['No spaces'] })).status).toBe(400);
    expect((await change(server, 'models/nothing', { card: '' })).status).toBe(404);
  });

  it('finds it: by its name, its tags, its card, without regard to case', async () => {
    const server = await scene();
    await commitBytes(server, 'tops', 'three');
    await change(server, model, { card: 'Tells Left from right.', tags: ['toys'] });
    expect(await found(server, 'q=left')).toEqual(['sides']);
    expect(await found(server, 'q=OPS')).toEqual(['tops']);
    expect(await found(server, 'q=toy')).toEqual(['sides']);
    expect(await found(server, 'tag=TOYS')).toEqual(['sides']);
    expect(await found(server, 'tag=toy')).toEqual([]);
    expect(await found(server, 'q=nothing')).toEqual([]);
    expect(await found(server, 'q=')).toEqual(['sides', 'tops']);
  });
});

describe('a version', () => {
  it('is retired and taken back, with the reason in the audit', async () => {
    const server = await scene();
    const path = `${model}/versions/2`;
    const etag = String((await server.ask('GET', path)).headers['etag']);
    expect((await change(server, path, { retired: true }, null)).status).toBe(428);
    const retired = await change(server, path, { retired: true, why: 'it cannot see red' }, etag);
    expect(retired.json['retiredAt']).toEqual(expect.any(String));
    expect((await change(server, path, { retired: false }, etag)).status).toBe(412);
    const move = { version: 2 };
    const headers = { 'if-match': '"1"' };
    const promoted = await server.ask('PUT', `${model}/aliases/production`, {
      token: server.key,
      headers,
      body: move,
    });
    expect(promoted).toMatchObject({ status: 409, json: { code: 'VersionRetired' } });
    expect((await detailOf(server)).versions.map(each => each.retiredAt !== null)).toEqual([true, false]);
    expect((await change(server, path, { retired: false })).json['retiredAt']).toBeNull();
    expect(
      (await server.ask('PUT', `${model}/aliases/production`, { token: server.key, headers, body: move }))
        .status,
    ).toBe(200);
    const deeds = await server.ask('GET', 'audit?subject=sides@2', { token: server.key });
    expect(deeds.json['entries']).toMatchObject([
      { what: 'retired', detail: 'taken out of retirement' },
      { what: 'retired', why: 'it cannot see red' },
      { what: 'version' },
    ]);
  });

  it('is not retired while an alias means it, for some or for the others', async () => {
    const server = await scene();
    await server.ask('PUT', `${model}/aliases/production`, {
      token: server.key,
      headers: { 'if-match': '"1"' },
      body: { version: 2, share: 0.5 },
    });
    for (const version of [1, 2]) {
      const { status, json } = await change(server, `${model}/versions/${version}`, { retired: true });
      expect({ status, code: json['code'] }).toEqual({ status: 409, code: 'VersionInUse' });
      expect(json['detail']).toContain('sides@production');
    }
  });

  it('is promoted or retired by two at once, never both', async () => {
    const server = await scene();
    const promote = () =>
      server.ask('PUT', `${model}/aliases/production`, {
        token: server.key,
        headers: { 'if-match': '"1"' },
        body: { version: 2 },
      });
    const retire = () => change(server, `${model}/versions/2`, { retired: true });
    const both = await Promise.all([promote(), retire()]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('says where its graph is not its parent’s', async () => {
    const server = await scene();
    const { digest } = (await detailOf(server)).versions[0]!;
    const parent = { version: 2, digest };
    await commitBytes(server, 'sides', 'three', { draft: { parent } });
    await commitBytes(server, 'sides', 'four', { draft: { parent, architecture: '1'.repeat(64) } });
    const { versions } = await detailOf(server);
    expect(versions.map(each => [each.version, each.newArchitecture])).toEqual([
      [4, true],
      [3, false],
      [2, false],
      [1, false],
    ]);
  });
});

describe('the list that is kept', () => {
  const tagOf = async (server: TestServer) => String((await server.ask('GET', 'models')).headers['etag']);

  it('costs no read of the database while nothing changes', async () => {
    const server = await scene();
    const headers = { 'if-none-match': await tagOf(server) };
    const statements: string[] = [];
    const { database } = server.registry;
    const executor = database.getExecutor();
    const execute = executor.executeQuery.bind(executor);
    executor.executeQuery = query => {
      statements.push(query.sql);
      return execute(query);
    };
    expect((await server.ask('GET', 'models', { headers })).status).toBe(304);
    expect((await server.ask('GET', 'models')).status).toBe(200);
    expect(statements).toEqual([]);
    await server.ask('GET', model);
    expect(statements).not.toEqual([]);
  });

  it('is made anew by every kind of change, and once for all who ask at the same time', async () => {
    const server = await scene();
    const seen = new Set([await tagOf(server)]);
    const changes = [
      () => commitBytes(server, 'sides', 'three'),
      () => change(server, `${model}/versions/3`, { retired: true }),
      () => change(server, model, { tags: ['toys'] }),
      () =>
        server.ask('DELETE', `${model}/aliases/production`, {
          token: server.key,
          headers: { 'if-match': '"1"' },
        }),
    ];
    for (const each of changes) {
      await each();
      const tags = await Promise.all([tagOf(server), tagOf(server)]);
      expect(tags[0]).toBe(tags[1]);
      seen.add(tags[0]);
    }
    expect(seen.size).toBe(changes.length + 1);
  });
});
