// A real server with the demo models, on a loopback port; and a proxy before it that answers some requests itself.
import {
  createServer as createHttp,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { seed } from '../../server/registry/seed.ts';
import { startServer, type TestServer } from '../server/support.ts';

type AtEnd = (clean: () => void | Promise<void>) => void;

export interface Served extends TestServer {
  readonly url: string;
}

export async function serveDemo(atEnd: AtEnd): Promise<Served> {
  const server = await startServer({}, atEnd);
  await seed(server.registry, join(import.meta.dirname, '../../demo/models'), () => undefined);
  const url = await server.app.listen({ port: 0, host: '127.0.0.1' });
  return { ...server, url };
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface Proxy {
  readonly url: string;
  readonly seen: Seen[];
  /** Answers in the server's place; returns false to let the request through. */
  intercept: (request: Seen, response: ServerResponse) => boolean;
}

export async function proxyTo(target: string, atEnd: AtEnd): Promise<Proxy> {
  const seen: Seen[] = [];
  const server = createHttp((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming;
      const one = { method, path, headers, body: Buffer.concat(parts) };
      seen.push(one);
      if (proxy.intercept(one, response)) return;
      const forwarded = httpRequest(target + path, {
        method,
        headers: { ...headers, host: new URL(target).host },
      });
      forwarded.on('response', answer => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      forwarded.on('error', () => response.destroy());
      forwarded.end(one.body);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const proxy: Proxy = { url: `http://127.0.0.1:${port}`, seen, intercept: () => false };
  return proxy;
}

export function answerProblem(
  response: ServerResponse,
  status: number,
  problem: object,
  headers: Record<string, string> = {},
): true {
  response.writeHead(status, { 'content-type': 'application/problem+json', ...headers });
  response.end(JSON.stringify(problem));
  return true;
}
