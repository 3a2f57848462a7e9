// Clients that nobody here wrote: Triton's and KServe's own, in Python, against the whole server over a socket. They are put in
// place by `npm run protocol:clients`. Where they are not, what they sent the last time is sent again, byte for byte, and must
// be answered as it was.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { push } from '../../server/models.ts';
import { startServer, type TestServer } from '../../server/support.ts';
import { conformanceModels } from '../conformance-models.ts';
import { type Exchange, startRecorder } from './recorder.ts';

const clients = ['tritonclient', 'kserve'] as const;
/** Of those that are installed, where: told by `npm run protocol:clients`. */
const pythons = JSON.parse(process.env['HAVERSACK_PROTOCOL_CLIENTS'] ?? '{}') as Partial<
  Record<string, string>
>;
const fileOf = (name: string) => new URL(name, import.meta.url).pathname;

let server: TestServer;
const atEnd: (() => void | Promise<void>)[] = [];

beforeAll(async () => {
  server = await startServer({}, clean => atEnd.push(clean));
  await server.app.listen({ host: '127.0.0.1', port: 0 });
  for (const [name, { file, interface: its, labels }] of Object.entries(conformanceModels)) {
    await push(server, name, file, { interface: its, ...(labels && { labels }) });
  }
});

afterAll(async () => {
  for (const clean of atEnd.reverse()) await clean();
});

async function replay({ method, path, headers, body }: Exchange) {
  const answer = await server.app.inject({
    method: method as 'GET',
    url: path,
    headers: { host: 'localhost:8787', ...headers },
    ...(body !== '' && { payload: Buffer.from(body, 'base64') }),
  });
  return { status: answer.statusCode, answer: answer.rawPayload.toString('base64') };
}

describe.each(clients)('%s', client => {
  const python = pythons[client];
  const file = fileOf(`${client}.exchanges.json`);

  test.skipIf(python === undefined)(
    'gets what was sent',
    async () => {
      const target = new URL(server.app.listeningOrigin);
      const recorder = await startRecorder(target);
      onTestFinished(() => recorder.close());
      const address = client === 'tritonclient' ? recorder.url.host : recorder.url.origin;
      const { stdout } = await promisify(execFile)(python!, [fileOf(`${client}_exchange.py`), address]);
      const said = JSON.parse(stdout.trim().split('\n').at(-1)!) as { client: string; checked: number };
      expect(said).toEqual({ client, checked: expect.any(Number) });
      expect(said.checked).toBeGreaterThan(5);
      if (process.env['HAVERSACK_RECORD'] === '1') {
        await writeFile(file, `${JSON.stringify(recorder.exchanges, null, 1)}\n`);
      }
    },
    120_000,
  );

  test('is answered as it was, byte for byte', async () => {
    if (python === undefined) {
      console.warn(
        `${client} is not installed: only its recorded requests are sent (npm run protocol:clients)`,
      );
    }
    const exchanges = JSON.parse(readFileSync(file, 'utf8')) as Exchange[];
    expect(exchanges.length).toBeGreaterThan(5);
    for (const exchange of exchanges) {
      const { status, answer } = await replay(exchange);
      const name = `${exchange.method} ${exchange.path}`;
      expect([name, status]).toEqual([name, exchange.status]);
      // Other answers say what else there is, and which version of the server it is.
      if (status === 200 && /(\/infer|:predict)$/.test(exchange.path))
        expect([name, answer]).toEqual([name, exchange.answer]);
    }
  });
});
