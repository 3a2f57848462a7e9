// The balancer inside a real server, before other real servers and engines.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { UpstreamsClient } from '../../../src/client/upstreams.ts';
import { AdminClient } from '../../../src/client/admin.ts';
import type { Upstream } from '../../../src/core/artifact/upstream-api.ts';
import { classifier, push } from '../models.ts';
import { startServer, type TestServer } from '../support.ts';
import { balanced } from './balanced.ts';
import { answering, failing, fakeEngine, hanging } from './fake-engine.ts';

const body = { inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32', data: [1, 0] }] };
const xBody = { inputs: [{ name: 'x', shape: [1, 1], datatype: 'FP32', data: [1] }] };
const keyVariable = 'HAVERSACK_UPSTREAM_TEST';

async function listening(server: TestServer): Promise<string> {
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${(server.app.server.address() as { port: number }).port}`;
}

/** A second Haversack server with a version of `sides`, which the first may ask by its admin's key. */
async function replica(versions = 1): Promise<{ server: TestServer; url: string }> {
  const server = await startServer();
  for (let n = 0; n < versions; n += 1) await push(server, 'sides', classifier(4 + n));
  giveKey(server.key);
  return { server, url: await listening(server) };
}

function giveKey(key: string | undefined): void {
  vi.stubEnv(keyVariable, key);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

async function add(front: TestServer, upstream: object): Promise<Upstream> {
  const answer = await front.ask('POST', 'upstreams', {
    token: front.key,
    body: { keyVariable, ...upstream },
  });
  expect(answer.status).toBe(201);
  return answer.json as unknown as Upstream;
}

const by = (answer: { headers: Readonly<Record<string, unknown>> }) =>
  String(answer.headers['haversack-answered-by']);

describe('another Haversack server', () => {
  it('answers for a model that this one does not have: described, ready, listed, never loaded', async () => {
    const { url } = await replica();
    const front = await startServer();
    const added = await add(front, { model: 'far', url, upstreamModel: 'sides' });
    expect(added).toMatchObject({ state: 'active', live: { health: 'up', binary: true, why: null } });
    const answer = await front.ask('POST', '/v2/models/far/infer', { body: { id: 'a', ...body } });
    expect(answer.json).toMatchObject({
      model_name: 'far',
      model_version: '1',
      id: 'a',
      outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [1, 2] }],
    });
    expect(by(answer)).toMatch(/^upstream;model="far";version="1";(variant="fp32";)?provider="cpu";ms=/);
    expect((await front.ask('GET', '/v2/models/far/ready')).status).toBe(200);
    expect((await front.ask('GET', '/v2/models/far')).json).toMatchObject({
      name: 'far',
      versions: ['1'],
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
    });
    const index = await front.ask('POST', '/v2/repository/index', { body: {} });
    expect(index.json).toContainEqual({ name: 'far', version: '', state: 'READY', reason: '' });
    const load = await front.ask('POST', '/v2/repository/models/far/load', { token: front.key, body: {} });
    expect(load.status).toBe(409);
    const wrong = await front.ask('POST', '/v2/models/far/infer', {
      body: { inputs: [{ ...body.inputs[0], shape: [1, 3], data: [1, 2, 3] }] },
    });
    expect([wrong.status, wrong.json['code']]).toEqual([400, 'InputInvalid']);
    const unknown = await front.ask('POST', '/v2/models/far/versions/9/infer', { body });
    expect([unknown.status, unknown.json['code']]).toEqual([404, 'NotFound']);
  });

  it('shares what is asked of a model that both have, and gets versions by their number', async () => {
    const { url } = await replica(2);
    const front = await startServer();
    await push(front, 'sides', classifier(4));
    const { id } = await add(front, { model: 'sides', url });
    const answerers = new Set<string>();
    while (answerers.size < 2) {
      const answer = await front.ask('POST', '/v2/models/sides/infer', { body });
      expect(answer.status).toBe(200);
      answerers.add(by(answer).split(';')[0]!);
    }
    expect([...answerers].sort()).toEqual(['server', 'upstream']);
    await front.ask('POST', 'upstreams', {
      token: front.key,
      body: { model: 'sides', url: 'local', weight: 0 },
    });
    const named = await front.ask('POST', '/v2/models/sides/versions/1/infer', { body });
    expect(by(named)).toMatch(/^upstream;model="sides";version="1"/);
    // The registry is what says which versions there are: it has no second one.
    expect((await front.ask('POST', '/v2/models/sides/versions/@canary/infer', { body })).status).toBe(404);
    await front.ask('PATCH', `upstreams/${id}`, { token: front.key, body: { state: 'draining' } });
    const own = await front.ask('POST', '/v2/models/sides/infer', { body });
    expect(by(own)).toMatch(/^server/);
  });

  it('that is full leaves a model of the registry to the client: the answer names it', async () => {
    const engine = await fakeEngine(failing(429));
    const front = await startServer();
    await push(front, 'sides', classifier());
    await add(front, { model: 'sides', url: engine.url });
    const local = { model: 'sides', url: 'local', weight: 0 };
    const { id } = await add(front, { ...local, keyVariable: null });
    // With this server standing by, it answers itself.
    const own = await front.ask('POST', '/v2/models/sides/infer', { body });
    expect(by(own)).toMatch(/^server/);
    await front.ask('PATCH', `upstreams/${id}`, { token: front.key, body: { state: 'draining' } });
    const full = await front.ask('POST', '/v2/models/sides/infer', { body });
    expect([full.status, full.json]).toMatchObject([
      503,
      { code: 'Overloaded', offload: { model: 'sides', version: 1, bytes: expect.any(Number) } },
    ]);
    expect(full.headers['retry-after']).toBeDefined();
  });

  it('that comes to the registry later is the registry’s from then on', async () => {
    const engine = await fakeEngine(answering(1));
    const front = await startServer();
    await add(front, { model: 'sides', url: engine.url, weight: 0 });
    expect(by(await front.ask('POST', '/v2/models/sides/infer', { body: xBody }))).toMatch(/^upstream/);
    await push(front, 'sides', classifier());
    expect(by(await front.ask('POST', '/v2/models/sides/infer', { body }))).toMatch(/^server/);
  });

  it('that stops says so first, answers on, and is left out', async () => {
    const { server, url } = await replica();
    const front = await startServer();
    await add(front, { model: 'far', url, upstreamModel: 'sides' });
    server.drain();
    expect((await server.ask('GET', '/v2/health/ready')).status).toBe(503);
    expect((await server.ask('GET', '/v2/health/live')).status).toBe(200);
    expect((await server.ask('POST', '/v2/models/sides/infer', { body })).status).toBe(200);
    const [upstream] = front.upstreams.poolOf('far')!.upstreams;
    while (upstream!.standing !== 'ill') await upstream!.check(AbortSignal.timeout(20_000));
    expect(upstream!.live.why).toContain('this server stops');
  });

  it('wants a key, for who asks on behalf of others is not at that machine', async () => {
    const { url } = await replica();
    giveKey(undefined);
    const front = await startServer();
    const added = await add(front, { model: 'far', url, upstreamModel: 'sides', keyVariable: null });
    expect(added.live).toMatchObject({ health: 'down', why: expect.stringContaining('No valid key') });
  });
});

describe('a server that is its own upstream', () => {
  it('finds the circle at once', async () => {
    const front = await startServer();
    giveKey(front.key);
    const url = await listening(front);
    const added = await add(front, { model: 'far', url });
    expect(added.live).toMatchObject({ health: 'down', why: expect.stringContaining('leads back') });
    const answer = await front.ask('POST', '/v2/models/far/infer', { body });
    expect([answer.status, answer.json['code']]).toEqual([502, 'UpstreamFailed']);
  });
});

describe('what reaches an engine', () => {
  it('is the request as tensors, its place in a trace, its key and the time that is left; nothing of the caller’s', async () => {
    const engine = await fakeEngine(answering(1));
    giveKey('engine-secret');
    const front = await startServer();
    await add(front, {
      model: 'far',
      url: `${engine.url}/prefix/`,
      upstreamModel: 'a b',
      upstreamVersion: '1',
    });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await front.ask('POST', '/v2/models/far/infer', {
      token: front.key,
      headers: { traceparent, cookie: 'a=b' },
      body: { parameters: { timeout: 5e6, threshold: 0.5 }, ...xBody },
    });
    const { headers, path, json } = engine.asked[0]!;
    expect(path).toBe('/prefix/v2/models/a%20b/versions/1/infer');
    expect(headers).toMatchObject({
      authorization: 'Bearer engine-secret',
      'content-type': 'application/json',
      via: expect.stringMatching(/^1\.1 haversack-[0-9a-f]{12}$/),
    });
    expect(headers.traceparent).toMatch(
      /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/,
    );
    expect(headers.cookie).toBeUndefined();
    const { timeout, ...parameters } = json['parameters'] as Record<string, number>;
    expect(parameters).toEqual({ threshold: 0.5 });
    expect(timeout).toBeGreaterThan(0);
    expect(timeout).toBeLessThanOrEqual(5e6);
  });

  it('is bytes where it takes bytes', async () => {
    const engine = await fakeEngine(answering(1), { extensions: ['binary_tensor_data'] });
    const front = await balanced();
    await front.add(engine.url);
    expect((await front.ask()).y).toBe(1);
    expect(engine.asked[0]!.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'inference-header-content-length': expect.stringMatching(/^\d+$/),
    });
    expect(engine.asked[0]!.json).toMatchObject({
      inputs: [{ name: 'x', parameters: { binary_data_size: 4 } }],
    });
  });

  it('ends with the caller', async () => {
    const engine = await fakeEngine(hanging);
    const front = await balanced();
    await front.add(engine.url);
    const caller = new AbortController();
    let closed: () => void = () => undefined;
    const ended = new Promise<void>(resolve => (closed = resolve));
    engine.infer = response => {
      response.socket!.once('close', closed);
      caller.abort();
    };
    await expect(front.ask({}, { signal: caller.signal })).rejects.toMatchObject({ code: 'Aborted' });
    await ended;
    expect(front.upstreams.list()[0]!.live).toMatchObject({ outstanding: 0, failures: 0 });
  });

  it('goes over connections that are used again', async () => {
    const engine = await fakeEngine(answering(1));
    const ports = new Set<number>();
    engine.infer = (response, request, sent) => {
      ports.add(request.socket.remotePort!);
      answering(1)(response, request, sent);
    };
    const front = await balanced();
    await front.add(engine.url);
    for (let n = 0; n < 50; n += 1) await front.ask();
    expect(ports.size).toBeLessThan(10);
  });
});

describe('shares', () => {
  it('reach a canary by its weight, and go to zero without a restart', async () => {
    const stable = await fakeEngine(answering(1));
    const canary = await fakeEngine(answering(2));
    const front = await balanced();
    await front.add(stable.url, { weight: 9 });
    const id = await front.add(canary.url, { weight: 1 });
    const rounds = 600;
    for (let n = 0; n < rounds; n += 10) await Promise.all(Array.from({ length: 10 }, () => front.ask()));
    const share = canary.asked.length / rounds;
    // Six standard deviations of a share of a tenth.
    expect(Math.abs(share - 0.1)).toBeLessThan(6 * Math.sqrt((0.1 * 0.9) / rounds));
    await front.upstreams.change(id, { weight: 0, why: null }, 'admin-key');
    const before = canary.asked.length;
    for (let n = 0; n < 50; n += 1) expect((await front.ask()).y).toBe(1);
    expect(canary.asked).toHaveLength(before);
  });

  it('of one that is drained or removed end at once; what is under way there ends where it is', async () => {
    const one = await fakeEngine(hanging);
    const two = await fakeEngine(answering(2));
    const front = await balanced();
    const first = await front.add(one.url);
    await front.add(two.url, { weight: 0 });
    let answer: () => void = () => undefined;
    const begun = new Promise<void>(resolve => {
      one.infer = (...ask) => {
        answer = () => {
          answering(1)(...ask);
        };
        resolve();
      };
    });
    const underWay = front.ask();
    await begun;
    await front.upstreams.change(first, { state: 'draining', why: null }, 'admin-key');
    expect((await front.ask()).y).toBe(2);
    await front.upstreams.remove(first, null, 'admin-key');
    expect((await front.ask()).y).toBe(2);
    answer();
    expect((await underWay).y).toBe(1);
    expect(one.asked).toHaveLength(1);
    await front.upstreams.close();
    expect([...front.counted]).toEqual([]);
  });
});

describe('upstreams', () => {
  it('are kept over a restart, and every change of one is in the audit', async () => {
    const engine = await fakeEngine(answering(1));
    const front = await startServer();
    const client = new UpstreamsClient(
      new AdminClient({ baseUrl: await listening(front), token: () => Promise.resolve(front.key) })
        .connection,
    );
    const { id } = await client.add({ model: 'far', url: engine.url, weight: 2, why: 'to try it' });
    await client.change(id, { weight: 3, state: 'draining' });
    const audit = await front.ask('GET', 'audit?subject=far', { token: front.key });
    expect(audit.json['entries']).toMatchObject([
      { what: 'upstream', who: 'admin-key', detail: `${id}: ${engine.url} weight 2 → 3, draining` },
      { what: 'upstream', detail: `${id}: ${engine.url} added, weight 2`, why: 'to try it' },
    ]);
    await front.close();
    const again = await startServer({ data: front.data });
    expect(again.upstreams.list()).toMatchObject([{ id, weight: 3, state: 'draining', url: engine.url }]);
    expect((await again.ask('POST', '/v2/models/far/infer', { body: xBody })).status).toBe(503);
    await again.ask('PATCH', `upstreams/${id}`, { token: again.key, body: { state: 'active' } });
    expect((await again.ask('POST', '/v2/models/far/infer', { body: xBody })).status).toBe(200);
    const removed = await again.ask('DELETE', `upstreams/${id}?why=done`, { token: again.key });
    expect(removed.status).toBe(204);
    expect((await again.ask('POST', '/v2/models/far/infer', { body: xBody })).status).toBe(404);
  });

  it.for([
    ['a file', 'file:///etc/passwd'],
    ['a key in the URL', 'http://user:secret@127.0.0.1/'],
    ['a query', 'http://127.0.0.1/?x=1'],
    ['no URL', 'triton'],
    ['where clouds keep credentials', 'http://169.254.169.254'],
    ['the same as a number', 'http://2852039166/'],
    ['the same as IPv6', 'http://[::ffff:a9fe:a9fe]/'],
    ['IPv6 link-local', 'http://[fe80::1]/'],
  ])('are not at %s', async ([, url]) => {
    const front = await startServer();
    const answer = await front.ask('POST', 'upstreams', { token: front.key, body: { model: 'far', url } });
    expect([answer.status, answer.json['code']]).toEqual([400, 'BadRequest']);
    expect(JSON.stringify(answer.json)).not.toContain('secret');
  });

  it('are given no other part of the environment than keys that are meant for them', async () => {
    const front = await startServer();
    for (const name of ['DATABASE_URL', 'PATH', 'HAVERSACK_KEY', 'HAVERSACK_UPSTREAM_']) {
      const answer = await front.ask('POST', 'upstreams', {
        token: front.key,
        body: { model: 'far', url: 'http://127.0.0.1:1', keyVariable: name },
      });
      expect(answer.status).toBe(400);
    }
  });

  it('are there once: the same twice is a conflict', async () => {
    const engine = await fakeEngine(failing(503));
    const front = await startServer();
    await add(front, { model: 'far', url: engine.url });
    const again = await front.ask('POST', 'upstreams', {
      token: front.key,
      body: { model: 'far', url: `${engine.url}/` },
    });
    expect(again.status).toBe(409);
  });
});
