// A real MLServer, of another maker and in another language, behind the gateway and before the command. Its environment is made
// where there is a Python that can fetch packages (once, some 400 MB below `.cache/python`); where not, this says so.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mlserverVenv, type Peer, startMlserver } from '../../bench/peers/mlserver.ts';
import { sharedCores } from '../../bench/peers/process.ts';
import { PythonAbsent } from '../../scripts/venv.mjs';
import { haversack } from './cli/captured.ts';
import { classifier, push } from './models.ts';
import { startServer, temporaryFolder, type TestServer } from './support.ts';

const root = process.cwd();
const absent = await mlserverVenv(root).then(
  () => null,
  (thrown: unknown) => {
    if (thrown instanceof PythonAbsent) return thrown.message;
    throw thrown;
  },
);
// Not console.warn: Vitest keeps that to itself where nobody watches.
if (absent !== null) process.stderr.write(`NOT TESTED against MLServer: ${absent}\n`);

const rows = [
  [1, 0],
  [0, 1],
  [0.25, 0.5],
];
const input = { name: 'x', datatype: 'FP32', shape: [3, 2], data: rows.flat() };
const startMs = 120_000;

describe.skipIf(absent !== null)('with a real MLServer', () => {
  const endings: (() => void | Promise<void>)[] = [];
  let folder: string;
  let mlserver: Peer;
  /** What the model says, by our own runtime. */
  let expected: number[];

  async function startPeer(port?: number): Promise<Peer> {
    const path = join(folder, 'sides.onnx');
    writeFileSync(path, classifier());
    const output = { name: 'probabilities', shape: [-1, 2] };
    const model = { name: 'sides', path, input: { name: 'x', shape: [-1, 2] }, output };
    return startMlserver(root, sharedCores, [model], join(folder, 'mlserver'), 1, port);
  }

  beforeAll(async () => {
    folder = temporaryFolder(end => endings.push(end));
    mlserver = await startPeer();
    endings.unshift(() => mlserver.close());
    const ours = await startServer({}, end => endings.unshift(end));
    await push(ours, 'sides', classifier());
    const answer = await ours.ask('POST', '/v2/models/sides/infer', { body: { inputs: [input] } });
    expected = numbersOf(answer.json);
  }, startMs);

  afterAll(async () => {
    for (const end of endings) await end();
  });

  /** A server of ours that has `model` answered by MLServer. */
  async function gateway(model: string): Promise<TestServer> {
    const server = await startServer();
    const body = { model, url: mlserver.url, upstreamModel: 'sides' };
    const { status } = await server.ask('POST', 'upstreams', { token: server.key, body });
    expect(status).toBe(201);
    return server;
  }

  it('answers through the gateway with the numbers that our own runtime computes, in JSON and in binary', async () => {
    const server = await gateway('far');
    const asked = { id: 'seven', inputs: [input] };
    const json = await server.ask('POST', '/v2/models/far/infer', { body: asked });
    expect(json).toMatchObject({ status: 200, json: { model_name: 'far', id: 'seven' } });
    expectClose(numbersOf(json.json), expected);
    const binary = await server.ask('POST', '/v2/models/far/infer', {
      body: { ...asked, parameters: { binary_data_output: true } },
    });
    const head = Number(binary.headers['inference-header-content-length']);
    const bytes = Uint8Array.from(binary.bytes.subarray(head));
    expectClose(Array.from(new Float32Array(bytes.buffer)), expected);
  });

  it('is described, and is ready, through the gateway', async () => {
    const server = await gateway('far');
    const { json } = await server.ask('GET', '/v2/models/far');
    expect(json).toMatchObject({
      name: 'far',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
      outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 2] }],
    });
    expect(await server.ask('GET', '/v2/models/far/ready')).toMatchObject({ status: 200 });
  });

  it('refuses what the model does not take, and the gateway says that it was the caller’s fault', async () => {
    const server = await gateway('far');
    const body = { inputs: [{ ...input, shape: [2, 3] }] };
    const { status, json } = await server.ask('POST', '/v2/models/far/infer', { body });
    expect(status).toBe(400);
    expect(json['error']).toEqual(expect.any(String));
  });

  it(
    'goes away and comes back: meanwhile this server’s own session answers, and nobody notices',
    async () => {
      const server = await startServer();
      await push(server, 'sides', classifier());
      for (const url of [mlserver.url, 'local']) {
        await server.ask('POST', 'upstreams', { token: server.key, body: { model: 'sides', url } });
      }
      const ask = async () => {
        const answer = await server.ask('POST', '/v2/models/sides/infer', { body: { inputs: [input] } });
        expect(answer.status, answer.bytes.toString()).toBe(200);
        expectClose(numbersOf(answer.json), expected);
      };
      const triesOf = () => server.upstreams.list().find(({ url }) => url === mlserver.url)!.live.tries;
      for (let nth = 0; nth < 10; nth++) await ask();
      await mlserver.close();
      for (let nth = 0; nth < 20; nth++) await ask();
      mlserver = await startPeer(mlserver.port);
      const before = triesOf();
      await expect
        .poll(async () => (await ask(), triesOf()), { timeout: startMs, interval: 100 })
        .toBeGreaterThan(before + 2);
    },
    startMs,
  );

  it('answers `haversack predict --url`, which knows no registry there', async () => {
    const file = join(folder, 'rows.csv');
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, rows.map(row => row.join(',')).join('\n'));
    const args = ['predict', 'sides', '--url', mlserver.url, '--input', file, '--json'];
    const { code, out, err } = await haversack(folder, args);
    expect(err).toBe('');
    expect(code).toBe(0);
    const { model, rows: answered } = JSON.parse(out) as {
      model: string;
      rows: { outputs: { probabilities: number[] } }[];
    };
    expect(model).toBe('sides');
    expectClose(
      answered.flatMap(({ outputs }) => outputs.probabilities),
      expected,
    );
  });
});

function numbersOf(json: Readonly<Record<string, unknown>>): number[] {
  return (json as { outputs: { data: number[] }[] }).outputs[0]!.data;
}

/** Two builds of one runtime may add in another order. */
function expectClose(actual: readonly number[], wanted: readonly number[]): void {
  expect(actual.length).toBe(wanted.length);
  actual.forEach((value, nth) => expect(value).toBeCloseTo(wanted[nth]!, 5));
}
