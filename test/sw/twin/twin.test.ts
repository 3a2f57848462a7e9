// Who answers, end to end in the service worker's part: against a real server that is up, ill, slow or away, and a page's port.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Policy } from '../../../src/core/protocol/twin-messages.ts';
import { Twin } from '../../../src/sw/twin/twin.ts';
import { type Ask, hostsWindows } from './host-page.ts';

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

let url: string;
let serve: Serve;
let served: { method: string; path: string; body: string; headers: IncomingMessage['headers'] }[];
let stop: () => Promise<void>;

beforeEach(async () => {
  served = [];
  serve = says(200);
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method, url: path, headers } = request;
      served.push({ method: method!, path: path!, body: Buffer.concat(parts).toString(), headers });
      serve(request, response);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stop = () =>
    new Promise(resolve => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
});

afterEach(() => stop());

function says(status: number, body: object = { from: 'server' }, type = 'application/json'): Serve {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': type });
    response.end(JSON.stringify(body));
  };
}

/** A device whose page answers so; null: no page is open. */
function twin(policy: Policy, status: number | null = 200, times: { readonly patienceMs?: number } = {}) {
  const asked: Ask[] = [];
  const windows = hostsWindows();
  const made = new Twin({ windows: windows.windows, policy: () => Promise.resolve(policy), fetch, ...times });
  if (status !== null) {
    windows.page(made.hosts, 'app').host((ask, reply) => {
      asked.push(ask);
      reply({ type: 'taken', id: ask.id });
      const text = JSON.stringify({ from: 'device', detail: 'of the device' });
      const body = new TextEncoder().encode(text).buffer;
      reply({ type: 'answer', id: ask.id, status, headers: { 'content-type': 'application/json' }, body });
    });
  }
  return { made, asked };
}

async function ask(
  made: Twin,
  init: RequestInit = { method: 'POST', body: '{"inputs":[]}' },
  path = '/v2/models/iris/infer',
) {
  const response = await made.answer(new Request(`${url}${path}`, init), 'caller', '/their/page');
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

describe('remote-first', () => {
  test('the server answers, and hears just what was asked', async () => {
    const { made, asked } = twin('remote-first');
    const headers = { 'content-type': 'application/json', 'x-request-id': '7' };
    const answer = await ask(
      made,
      { method: 'POST', body: '{"inputs":[1]}', headers },
      '/v2/models/iris/infer?a=b',
    );
    expect(answer).toEqual({ status: 200, json: { from: 'server' } });
    expect(served).toMatchObject([
      { method: 'POST', path: '/v2/models/iris/infer?a=b', body: '{"inputs":[1]}', headers },
    ]);
    expect(asked).toEqual([]);
  });

  test.each([400, 401, 403, 404, 500])(
    'what the server says with %d stands: the device bypasses nothing',
    async status => {
      serve = says(status, { code: 'whatever' }, 'application/problem+json');
      const { made, asked } = twin('remote-first');
      expect(await ask(made)).toEqual({ status, json: { code: 'whatever' } });
      expect(asked).toEqual([]);
    },
  );

  test('away: the device answers, and gets what was asked', async () => {
    await stop();
    const { made, asked } = twin('remote-first');
    expect(await ask(made)).toMatchObject({ status: 200, json: { from: 'device' } });
    expect(asked).toMatchObject([{ method: 'POST', path: '/v2/models/iris/infer', from: '/their/page' }]);
    expect(new TextDecoder().decode(asked[0]!.body)).toBe('{"inputs":[]}');
  });

  test('a connection that breaks in the middle counts as away', async () => {
    serve = (_request, response) => response.destroy();
    const { made } = twin('remote-first');
    expect(await ask(made)).toMatchObject({ status: 200, json: { from: 'device' } });
  });

  test.each([502, 503, 504])('%d: the device answers', async status => {
    serve = says(status, {}, 'application/problem+json');
    const { made } = twin('remote-first');
    expect(await ask(made)).toMatchObject({ status: 200, json: { from: 'device' } });
  });

  test('a limit holds, unless the server offers that the device computes', async () => {
    serve = says(429, { code: 'TooManyRequests' }, 'application/problem+json');
    const { made } = twin('remote-first');
    expect(await ask(made)).toMatchObject({ status: 429, json: { code: 'TooManyRequests' } });
    serve = says(429, { offload: { model: 'iris' } }, 'application/problem+json');
    expect(await ask(made)).toMatchObject({ status: 200, json: { from: 'device' } });
  });

  test('a host of files, which knows no protocol, is no server of it', async () => {
    serve = says(405, {}, 'text/html');
    const { made } = twin('remote-first');
    expect(await ask(made)).toMatchObject({ status: 200, json: { from: 'device' } });
  });

  test('says nothing for long: the device is asked beside it, and the first that answers counts', async () => {
    let answer: (() => void) | undefined;
    serve = (request, response) => {
      answer = () => says(200)(request, response);
    };
    const impatient = (status: number) => twin('remote-first', status, { patienceMs: 10 });
    expect(await ask(impatient(200).made)).toMatchObject({ json: { from: 'device' } });
    // The model is not here: then the server is waited for after all.
    const device = impatient(404);
    const waiting = ask(device.made);
    await expect.poll(() => device.asked.length).toBe(1);
    answer!();
    expect(await waiting).toMatchObject({ status: 200, json: { from: 'server' } });
  });

  test('says nothing for long about what changes something: it alone is asked, and waited for', async () => {
    let answer: (() => void) | undefined;
    serve = (request, response) => {
      answer = () => says(200)(request, response);
    };
    const { made, asked } = twin('remote-first', 200, { patienceMs: 0 });
    const waiting = ask(made, { method: 'POST' }, '/v2/repository/models/iris/unload');
    await expect.poll(() => answer).toBeDefined();
    answer!();
    expect(await waiting).toMatchObject({ json: { from: 'server' } });
    expect(asked).toEqual([]);
  });

  test.each([404, 500])(
    'where the device cannot either (%d), the server’s word is passed on',
    async status => {
      serve = says(503, { code: 'Overloaded' }, 'application/problem+json');
      const { made } = twin('remote-first', status);
      expect(await ask(made)).toEqual({ status: 503, json: { code: 'Overloaded' } });
    },
  );

  test('away, and the model is not here: it says both, and not that there is none', async () => {
    await stop();
    const { made } = twin('remote-first', 404);
    const { status, json } = await ask(made);
    expect(status).toBe(503);
    expect(json).toMatchObject({
      code: 'Offline',
      detail: expect.stringMatching(/on this device: of the device$/),
    });
  });

  test('away, and no page is open: it says what to do', async () => {
    await stop();
    const { made } = twin('remote-first', null);
    const { status, json } = await ask(made);
    expect(status).toBe(503);
    expect(json).toMatchObject({
      code: 'NothingComputes',
      error: expect.stringMatching(/no page is open; the server:/),
    });
  });
});

describe('local-first', () => {
  test.each([200, 400])('the device’s %d is the answer, and the server hears nothing', async status => {
    const { made } = twin('local-first', status);
    expect(await ask(made)).toMatchObject({ status, json: { from: 'device' } });
    expect(served).toEqual([]);
  });

  test.each([404, 500, null])('where the device cannot (%s), the server answers', async status => {
    const { made } = twin('local-first', status);
    expect(await ask(made)).toEqual({ status: 200, json: { from: 'server' } });
  });

  test('where neither can, what broke on the device is told', async () => {
    await stop();
    expect(await ask(twin('local-first', 500).made)).toMatchObject({ status: 500, json: { from: 'device' } });
    expect(await ask(twin('local-first', null).made)).toMatchObject({
      status: 503,
      json: { code: 'NothingComputes' },
    });
  });
});

describe('local-only', () => {
  test.each([200, 404, 500, null])('whatever the device says (%s), nothing leaves it', async status => {
    const { made } = twin('local-only', status);
    const { status: got, json } = await ask(made);
    expect(got).toBe(status ?? 503);
    expect(json['code']).toBe(status === null ? 'NothingComputes' : undefined);
    const loud = { method: 'POST', body: '{}', headers: { 'Haversack-Policy': 'remote-first' } };
    await ask(made, loud);
    await ask(made, { method: 'GET' }, '/v2/models/iris');
    expect(served).toEqual([]);
  });
});

test('a request may choose for itself', async () => {
  const { made } = twin('remote-first');
  const choose = (policy: Policy) =>
    ask(made, { method: 'POST', body: '{}', headers: { 'Haversack-Policy': policy } });
  expect(await choose('local-first')).toMatchObject({ json: { from: 'device' } });
  expect(await choose('remote-first')).toMatchObject({ json: { from: 'server' } });
});

test('takes no longer than the caller waits, and calls the page off', async () => {
  const windows = hostsWindows();
  const made = new Twin({ windows: windows.windows, policy: () => Promise.resolve('local-only'), fetch });
  windows.page(made.hosts, 'app').host(({ id }, reply) => reply({ type: 'taken', id }));
  const headers = { 'Haversack-Timeout-Ms': '30' };
  const { status, json } = await ask(made, { method: 'POST', body: '{}', headers });
  expect(status).toBe(504);
  expect(json).toMatchObject({ code: 'DeadlineExceeded', detail: 'allowed were 30 ms' });
});

test('a caller that goes is not answered, by whichever side', async () => {
  serve = () => undefined;
  for (const policy of ['remote-first', 'local-only'] as const) {
    const windows = hostsWindows();
    const made = new Twin({ windows: windows.windows, policy: () => Promise.resolve(policy), fetch });
    windows.page(made.hosts, 'app').host(({ id }, reply) => reply({ type: 'taken', id }));
    const caller = new AbortController();
    const asking = ask(made, { method: 'POST', body: '{}', signal: caller.signal });
    setTimeout(() => caller.abort(new Error('gone')), 20);
    await expect(asking).rejects.toThrow('gone');
  }
});

test('HEAD has no body, from the device as from the server', async () => {
  const { made } = twin('local-only');
  const response = await made.answer(new Request(`${url}/v2/health/ready`, { method: 'HEAD' }), '', '/');
  expect([response.status, await response.text()]).toEqual([200, '']);
});
