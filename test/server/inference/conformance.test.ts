// The protocol's conformance suite against the whole server, over its own registry.
import { afterAll, beforeAll, expect } from 'vitest';
import { describeProtocol } from '../../protocol/conformance.ts';
import { conformanceModels } from '../../protocol/conformance-models.ts';
import { push } from '../models.ts';
import { startServer, type TestServer } from '../support.ts';

let server: TestServer;
const atEnd: (() => void | Promise<void>)[] = [];

beforeAll(async () => {
  server = await startServer({}, clean => atEnd.push(clean));
  for (const [name, { file, interface: its, labels }] of Object.entries(conformanceModels)) {
    const pushed = await push(server, name, file, { interface: its, ...(labels && { labels }) });
    expect([name, pushed.status, pushed.json['detail']]).toEqual([name, 201, undefined]);
  }
});

afterAll(async () => {
  for (const clean of atEnd.reverse()) await clean();
});

describeProtocol('the server', async ({ method, path, headers, body }) => {
  const answer = await server.app.inject({
    method,
    url: path,
    headers: { host: 'localhost:8787', ...headers },
    ...(body && { payload: Buffer.from(body) }),
  });
  return {
    status: answer.statusCode,
    headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
    body: new Uint8Array(answer.rawPayload),
  };
});
