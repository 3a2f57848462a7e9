// A proxy that keeps what passes through it, both ways.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** As sent and as answered; bodies in base64. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly status: number;
  readonly answer: string;
}

export interface Recorder {
  readonly url: URL;
  readonly exchanges: readonly Exchange[];
  close(): void;
}

/** Of a request those that say how its body is to be read. */
const kept = ['content-type', 'content-encoding', 'inference-header-content-length'];

export async function startRecorder(target: URL): Promise<Recorder> {
  const exchanges: Exchange[] = [];
  const proxy = createServer((incoming, outgoing) => {
    void pass(target, incoming, outgoing).then(exchange => exchanges.push(exchange));
  });
  await new Promise<void>(listening => proxy.listen(0, '127.0.0.1', listening));
  const { port } = proxy.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    exchanges,
    close: () => {
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}

async function pass(target: URL, incoming: IncomingMessage, outgoing: ServerResponse): Promise<Exchange> {
  const body = await bodyOf(incoming);
  const { method = 'GET', url: path = '/', headers } = incoming;
  const answered = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ host: target.hostname, port: target.port, method, path, headers }, resolve)
      .on('error', reject)
      .end(body);
  });
  const answer = await bodyOf(answered);
  outgoing.writeHead(answered.statusCode!, answered.headers).end(answer);
  return {
    method,
    path,
    headers: Object.fromEntries(
      kept.flatMap(name => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
    ),
    body: body.toString('base64'),
    status: answered.statusCode!,
    answer: answer.toString('base64'),
  };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
