import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClientError, type ClientEvents, HaversackClient, tensor } from '../../src/sdk/index.ts';
import { rejection } from '../client/raw-server.ts';
import { answerProblem, type Proxy, proxyTo, type Seen, type Served, serveDemo } from './served.ts';

const setosa = { sepal_length_cm: 5.1, sepal_width_cm: 3.5, petal_length_cm: 1.4, petal_width_cm: 0.2 };
const virginica = { sepal_length_cm: 6.3, sepal_width_cm: 3.3, petal_length_cm: 6, petal_width_cm: 2.5 };
const row = Object.values(setosa);

let server: Served;
let proxy: Proxy;
const atEnd: (() => void | Promise<void>)[] = [];
beforeAll(async () => {
  server = await serveDemo(clean => void atEnd.unshift(clean));
  proxy = await proxyTo(server.url, clean => void atEnd.unshift(clean));
});
afterAll(async () => {
  for (const clean of atEnd) await clean();
});
beforeEach(() => {
  proxy.intercept = () => false;
  proxy.seen.length = 0;
});

const isInfer = ({ path }: Seen) => path.endsWith('/infer');
/** The one input of a request in JSON. */
const inputOf = ({ body }: Seen) =>
  (JSON.parse(String(body)) as { inputs: [{ shape: number[]; data: number[] }] }).inputs[0];
const inferences = () => proxy.seen.filter(isInfer);
const client = (options: ConstructorParameters<typeof HaversackClient>[0] = {}) =>
  new HaversackClient({ url: proxy.url, ...options });

describe('a prediction', () => {
  it('takes a row by the names of its features and says what was decided, and by whom', async () => {
    const answer = await client().predict('iris', setosa);
    expect(answer).toMatchObject({ model: 'iris', version: '2', rows: [{ label: 'setosa', sure: true }] });
    expect(answer.rows[0]!.probability).toBeGreaterThan(0.99);
    expect(answer.rows[0]!.probabilities).toHaveLength(3);
    expect(answer.outputs['probabilities']!.shape).toEqual([1, 3]);
    expect(answer.outputs['probabilities']!.data).toBeInstanceOf(Float32Array);
    expect(Object.keys(answer.outputs)).toEqual(['probabilities']);
    expect(answer.answeredBy).toMatchObject({ who: 'server', model: 'iris', version: '2', provider: 'cpu' });
  });

  it('is the same for each form of the same row', async () => {
    const one = client();
    const forms = [
      setosa,
      [setosa],
      row,
      [row],
      Float32Array.from(row),
      Float64Array.from(row),
      { data: Float32Array.from(row), shape: [1, 4] },
      { data: row, shape: [1, 4] },
      { measurements: row },
      { measurements: Float32Array.from(row) },
      { measurements: tensor(Float32Array.from(row), [1, 4]) },
    ];
    const answers = await Promise.all(forms.map(form => one.predict('iris', form)));
    for (const { outputs } of answers) expect(outputs).toEqual(answers[0]!.outputs);
  });

  it('takes many rows, in their order', async () => {
    const answer = await client().predict('iris', [setosa, virginica, setosa]);
    expect(answer.rows.map(({ label }) => label)).toEqual(['setosa', 'virginica', 'setosa']);
  });

  it('says the same as bytes and as JSON', async () => {
    const pixels = Float32Array.from({ length: 3 * 64 }, (_, i) => (i * 7) % 17);
    const [bytes, json] = await Promise.all(
      [true, false].map(binary =>
        client({ binary }).predict('digits', { data: pixels, shape: [3, 1, 8, 8] }),
      ),
    );
    expect(bytes!.outputs).toEqual(json!.outputs);
    expect(bytes!.rows).toEqual(json!.rows);
    const kinds = inferences().map(({ headers }) => headers['content-type']);
    expect(kinds.sort()).toEqual(['application/json', 'application/octet-stream']);
  });

  it('travels as bytes where it is large and the server takes them', async () => {
    const one = client();
    await one.predict('digits', new Float32Array(64));
    await one.predict('digits', new Float32Array(64 * 16));
    expect(inferences().map(({ headers }) => headers['content-type'])).toEqual([
      'application/json',
      'application/octet-stream',
    ]);
    proxy.intercept = ({ path }, response) => {
      if (path !== '/v2') return false;
      response.writeHead(200).end('{"name":"other","version":"1","extensions":[]}');
      return true;
    };
    await client().predict('digits', new Float32Array(64 * 16));
    expect(inferences()[2]!.headers['content-type']).toBe('application/json');
  });

  it('takes pixels that have the model’s size already, and strokes; refuses pictures for what reads drawings', async () => {
    const strokes = [Array.from({ length: 20 }, (_, i) => ({ x: 50, y: i * 10 }))];
    const answer = await client().predict('digits', { strokes });
    expect(answer.rows[0]!.label).toBe('1');
    const picture = { width: 8, height: 8, data: new Uint8ClampedArray(256) };
    expect(await rejection(client().predict('digits', picture))).toMatchObject({ code: 'InputInvalid' });
  });

  it('asks for some outputs alone, and then for no decision', async () => {
    const answer = await client().predict('iris', setosa, { outputs: ['probabilities'] });
    expect(answer.rows).toEqual([]);
    expect(Object.keys(answer.outputs)).toEqual(['probabilities']);
  });

  it('asks a version or an alias, and learns which version that was', async () => {
    const one = client();
    expect((await one.predict('iris@1', setosa)).version).toBe('1');
    expect((await one.model('iris@production').predict(setosa)).version).toBe('2');
    expect(proxy.seen.at(-1)!.path).toBe('/v2/models/iris/versions/production/infer');
  });

  it.each([
    [{ sepal_length_cm: 1 }, 'sepal_width_cm is missing'],
    [{ ...setosa, colour: 1 }, 'colour is unknown'],
    [[1, 2, 3], '3 values'],
    [['a', 'b', 'c', 'd'], 'element 0 is a'],
    [{ data: [1, 2, 3, 4], shape: [1, 3] }, 'got 4 values'],
  ])('says what is wrong with %j, before it asks', async (input, detail) => {
    const error = await rejection(client().predict('iris', input));
    expect(error).toBeInstanceOf(ClientError);
    expect(error).toMatchObject({
      code: 'InputInvalid',
      status: 400,
      detail: expect.stringContaining(detail),
    });
    expect(inferences()).toHaveLength(0);
  });

  it('passes on what the server says of a wrong input, whole', async () => {
    const inputs = { measurements: tensor(new Float32Array(3), [1, 3]) };
    expect(await rejection(client().predict('iris', inputs))).toMatchObject({
      name: 'ClientError',
      code: 'InputInvalid',
      status: 400,
      title: expect.stringMatching(/./),
      detail: expect.stringContaining('measurements'),
      remedy: expect.stringMatching(/./),
    });
  });

  it('sends its key', async () => {
    await client({ key: () => Promise.resolve(server.key) }).predict('iris', setosa);
    expect(proxy.seen.every(({ headers }) => headers.authorization === `Bearer ${server.key}`)).toBe(true);
    expect(await rejection(client({ key: 'hk_wrong' }).predict('iris', setosa))).toMatchObject({
      status: 401,
    });
  });
});

describe('what else can be asked', () => {
  it('is what a model takes and gives, what the server is, and whether they are ready', async () => {
    const one = client();
    expect(await one.metadata('iris')).toMatchObject({
      name: 'iris',
      inputs: [{ name: 'measurements', shape: [-1, 4] }],
    });
    expect((await one.server()).extensions).toContain('binary_tensor_data');
    expect(await one.ready()).toBe(true);
    expect(await one.ready('iris')).toBe(true);
    expect(await one.model('tulips').ready()).toBe(false);
    expect(await rejection(one.metadata('tulips'))).toMatchObject({ code: 'NotFound', status: 404 });
  });
});

function listen(one: HaversackClient) {
  const events: (keyof ClientEvents)[] = [];
  for (const name of ['answered', 'offline', 'retry', 'overloaded', 'fallback'] as const) {
    one.on(name, () => events.push(name));
  }
  return events;
}

describe('a failure', () => {
  it.each([429, 502, 503, 504])('of %i is tried again', async status => {
    let failures = 2;
    proxy.intercept = (request, response) =>
      isInfer(request) &&
      failures-- > 0 &&
      answerProblem(response, status, { title: 'Later.', code: 'Unavailable' });
    const one = client();
    const events = listen(one);
    expect((await one.predict('iris', setosa)).rows[0]!.label).toBe('setosa');
    expect(inferences()).toHaveLength(3);
    expect(events.filter(name => name === 'retry')).toHaveLength(2);
  });

  it('of the line is tried again, and said to be one', async () => {
    let failures = 1;
    proxy.intercept = (request, response) => {
      if (!isInfer(request) || failures-- <= 0) return false;
      response.destroy();
      return true;
    };
    const one = client();
    const events = listen(one);
    await one.predict('iris', setosa);
    expect(events).toEqual(['offline', 'retry', 'answered']);
  });

  it.each([
    [400, 'BadRequest'],
    [403, 'Forbidden'],
    [500, 'Internal'],
    [504, 'DeadlineExceeded'],
  ])('of %i (%s) is not', async (status, code) => {
    proxy.intercept = (request, response) =>
      isInfer(request) && answerProblem(response, status, { title: 'No.', code });
    expect(await rejection(client().predict('iris', setosa))).toMatchObject({ code, status });
    expect(inferences()).toHaveLength(1);
  });

  it('that says when to come back is kept to, or told where there is no time', async () => {
    const waits: number[] = [];
    let failures = 1;
    proxy.intercept = (request, response) =>
      isInfer(request) &&
      failures-- > 0 &&
      answerProblem(response, 503, { title: 'Busy.' }, { 'retry-after': '1' });
    const one = client();
    one.on('retry', ({ waitMs }) => waits.push(waitMs));
    await one.predict('iris', setosa);
    expect(waits[0]).toBeGreaterThanOrEqual(1000);

    failures = 1;
    const late = () => client({ timeoutMs: 900 }).predict('iris', setosa);
    expect(await rejection(late())).toMatchObject({ status: 503, retryAfterSeconds: 1 });
  });

  it('of another kind of server is told in its words', async () => {
    proxy.intercept = (request, response) =>
      isInfer(request) && answerProblem(response, 400, { error: 'bad tensor' });
    expect(await rejection(client().predict('iris', setosa))).toMatchObject({
      code: 'BadRequest',
      title: 'bad tensor',
      remedy: '',
    });
  });

  it('is one where the answer is not the protocol', async () => {
    for (const text of [
      '<html>',
      '{}',
      '{"outputs":[{"name":"y","shape":[2],"datatype":"FP32","data":[1]}]}',
    ]) {
      proxy.intercept = (request, response) => {
        if (!isInfer(request)) return false;
        response.writeHead(200).end(text);
        return true;
      };
      expect(await rejection(client().predict('iris', setosa))).toMatchObject({ code: 'Internal' });
    }
  });

  it('of time is a deadline, of the caller an end, and both let go of the request', async () => {
    const closed: Promise<void>[] = [];
    proxy.intercept = (request, response) => {
      if (isInfer(request)) closed.push(new Promise(resolve => response.on('close', resolve)));
      return isInfer(request);
    };
    expect(await rejection(client().predict('iris', setosa, { timeoutMs: 500 }))).toMatchObject({
      code: 'DeadlineExceeded',
      status: 504,
    });
    const stop = new AbortController();
    const stopped = rejection(client().predict('iris', setosa, { signal: stop.signal }));
    await expect.poll(() => inferences().length).toBe(2);
    stop.abort();
    expect(await stopped).toMatchObject({ code: 'Aborted' });
    await Promise.all(closed);
  });

  it('is not there for a server that is none', async () => {
    const none = new HaversackClient({ url: 'http://127.0.0.1:1', retries: 0 });
    expect(await rejection(none.predict('iris', setosa))).toMatchObject({ code: 'Offline', status: 503 });
    expect(await none.ready()).toBe(false);
    expect(() => new HaversackClient()).toThrow('name the server');
  });
});

describe('predictions at the same time', () => {
  /** So long that a batch leaves when it is full, on any machine. */
  const full = (maxRows: number) => ({ maxRows, maxDelayMs: 60_000 });
  const rowsAsked = () => inferences().map(one => inputOf(one).shape[0]);

  it('travel as one, and each gets its own', async () => {
    const one = client({ batch: full(5) });
    const asked = [setosa, virginica, [virginica, setosa], setosa];
    const answers = await Promise.all(asked.map(input => one.predict('iris', input)));
    expect(answers.map(({ rows }) => rows.map(({ label }) => label))).toEqual([
      ['setosa'],
      ['virginica'],
      ['virginica', 'setosa'],
      ['setosa'],
    ]);
    expect(answers.map(({ outputs }) => outputs['probabilities']!.shape[0])).toEqual([1, 1, 2, 1]);
    expect(rowsAsked()).toEqual([5]);
  });

  it('are no more rows than were allowed', async () => {
    const one = client({ batch: full(8) });
    await Promise.all(Array.from({ length: 16 }, () => one.predict('iris', setosa)));
    expect(rowsAsked()).toEqual([8, 8]);
  });

  it('leave when the first has waited long enough', async () => {
    const one = client({ batch: { maxRows: 100, maxDelayMs: 1 } });
    expect((await one.predict('iris', setosa)).rows[0]!.label).toBe('setosa');
  });

  it('are apart for each model and version', async () => {
    const one = client({ batch: full(2) });
    const names = ['iris@1', 'iris@2', 'iris@1', 'iris@2'] as const;
    const answers = await Promise.all(names.map(name => one.predict(name, setosa)));
    expect(answers.map(({ version }) => version)).toEqual(['1', '2', '1', '2']);
    expect(rowsAsked()).toEqual([2, 2]);
  });

  it('do not fail for one another', async () => {
    proxy.intercept = (request, response) =>
      isInfer(request) &&
      inputOf(request).data.includes(99) &&
      answerProblem(response, 400, { code: 'InputInvalid', title: 'No.' });
    const one = client({ batch: full(2) });
    const [good, bad] = await Promise.allSettled([
      one.predict('iris', setosa),
      one.predict('iris', { ...setosa, petal_width_cm: 99 }),
    ]);
    expect(good).toMatchObject({ status: 'fulfilled', value: { rows: [{ label: 'setosa' }] } });
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'InputInvalid' } });
  });

  it('go on where one of them gives up', async () => {
    const one = client({ batch: { maxRows: 2, maxDelayMs: 60_000 } });
    await one.metadata('iris');
    const stop = new AbortController();
    const first = rejection(one.predict('iris', setosa, { signal: stop.signal }));
    stop.abort();
    expect(await first).toMatchObject({ code: 'Aborted' });
    expect((await one.predict('iris', virginica)).rows[0]!.label).toBe('virginica');
  });
});

describe('computing here', () => {
  const runtime = () => Promise.resolve(ort);
  const offload = (bytes: number) => ({
    model: 'iris',
    version: 2,
    manifest: '/registry/v1/models/iris/versions/2',
    bytes,
    variant: 'int8',
  });

  it('is what overload becomes, where the server says what it takes', async () => {
    proxy.intercept = (request, response) =>
      isInfer(request) &&
      answerProblem(
        response,
        503,
        { code: 'Overloaded', title: 'Busy.', offload: offload(1089) },
        { 'retry-after': '5' },
      );
    const one = client({ runtime });
    const events = listen(one);
    const answer = await one.predict('iris', virginica);
    expect(answer).toMatchObject({ version: '2', rows: [{ label: 'virginica', sure: true }] });
    expect(answer.answeredBy).toMatchObject({ who: 'device', variant: 'int8', provider: 'cpu' });
    expect(events).toEqual(['overloaded', 'fallback', 'answered']);
    expect(inferences()).toHaveLength(1);
    await one.close();
  });

  it('is not done for models that are too large, without a runtime, or where a key may not predict', async () => {
    let status = 503;
    proxy.intercept = (request, response) =>
      isInfer(request) &&
      answerProblem(response, status, { code: 'Overloaded', title: 'Busy.', offload: offload(1089) });
    expect(
      await rejection(client({ runtime, localMaxBytes: 1000, retries: 0 }).predict('iris', setosa)),
    ).toMatchObject({ status });
    expect(await rejection(client({ retries: 0 }).predict('iris', setosa))).toMatchObject({ status });
    expect(
      await rejection(client({ runtime, local: 'never', retries: 0 }).predict('iris', setosa)),
    ).toMatchObject({ status });
    status = 403;
    expect(await rejection(client({ runtime }).predict('iris', setosa))).toMatchObject({ status });
  });

  it('goes on without the server, with what was prepared, and says the same', async () => {
    const one = client({ runtime, retries: 0 });
    await one.prepare('iris');
    const before = await one.predict('iris', [setosa, virginica]);
    proxy.intercept = (_, response) => {
      response.destroy();
      return true;
    };
    const after = await one.predict('iris', [setosa, virginica]);
    expect(after.answeredBy).toMatchObject({ who: 'device', version: '2', variant: 'fp32' });
    expect(after.rows.map(({ label }) => label)).toEqual(before.rows.map(({ label }) => label));
    after.outputs['probabilities']!.data.forEach((value, i) =>
      expect(value).toBeCloseTo(Number(before.outputs['probabilities']!.data[i]), 5),
    );
    expect(await rejection(one.predict('digits', new Float32Array(64)))).toMatchObject({ code: 'Offline' });
    await one.close();
  });

  it('opens a model for one who waits, where another who began it gives up', async () => {
    const one = client({ runtime });
    const stop = new AbortController();
    const held = new Promise<void>(resolve => {
      proxy.intercept = ({ path }) => {
        if (!path.includes('/chunks')) return false;
        proxy.intercept = () => false;
        resolve();
        return true;
      };
    });
    const first = rejection(one.prepare('iris', { signal: stop.signal }));
    const second = one.prepare('iris');
    await held;
    stop.abort();
    expect(await first).toMatchObject({ code: 'Aborted' });
    await second;
    await one.close();
  });

  it('is preferred where that was asked for, but for what cannot be had', async () => {
    const one = client({ runtime, local: 'prefer', localMaxBytes: 2000 });
    expect((await one.predict('iris', setosa)).answeredBy!.who).toBe('device');
    expect((await one.predict('digits', new Float32Array(64))).answeredBy!.who).toBe('server');
    await one.close();
  });

  it('takes nothing that another key has signed, or that hashes to something else', async () => {
    const other = client({ runtime, registryKey: 'f'.repeat(64) });
    expect(await rejection(other.prepare('iris'))).toMatchObject({ code: 'KeyChanged' });
    proxy.intercept = (request, response) => {
      if (!request.path.includes('/chunks')) return false;
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(Buffer.alloc(900));
      return true;
    };
    expect(await rejection(client({ runtime }).prepare('iris'))).toBeInstanceOf(ClientError);
  });
});
