// An engine that speaks the protocol over a real socket, and misbehaves as a test tells it to.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Answers one POST …/infer. `body` is what came. */
export type Infer = (response: ServerResponse, request: IncomingMessage, body: Buffer) => void;

export interface FakeEngine {
  readonly url: string;
  readonly port: number;
  /** Requests for a prediction that have come so far: headers and JSON. */
  readonly asked: { headers: IncomingMessage['headers']; path: string; json: Record<string, unknown> }[];
  infer: Infer;
  /** Whether its checks say yes. */
  ready: boolean | 'hangs';
  /** Gone, with all its connections, as a process that is killed. */
  crash(): Promise<void>;
  /** Back, at the same port. */
  comeBack(): Promise<void>;
}

export interface FakeEngineOptions {
  readonly extensions?: readonly string[];
}

/** y = [[who]]: says which engine answered. */
export function answering(who: number, more: object = {}): Infer {
  return (response, _request, body) => {
    const { id } = readJson(body);
    sendJson(response, 200, {
      model_name: 'm',
      model_version: String(who),
      ...(id === undefined ? {} : { id }),
      outputs: [{ name: 'y', datatype: 'FP32', shape: [1, 1], data: [who] }],
      ...more,
    });
  };
}

export function failing(status: number, error = 'it is ill', headers = {}): Infer {
  return response => {
    sendJson(response, status, { error }, headers);
  };
}

/** Takes the request and says nothing. */
export const hanging: Infer = () => undefined;

/** Writes these bytes as they are and, unless told otherwise, hangs up. */
export function raw(text: string, { thenHangUp = true } = {}): Infer {
  return response => {
    const socket = response.socket!;
    socket.write(text, () => {
      if (thenHangUp) socket.destroy();
    });
  };
}

/** RST, not FIN. */
export const resetting: Infer = response => {
  response.socket!.resetAndDestroy();
};

export async function fakeEngine(infer: Infer, options: FakeEngineOptions = {}): Promise<FakeEngine> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      handle(engine, options, request, response, Buffer.concat(parts));
    });
  });
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  const listen = (port: number) =>
    new Promise<void>(resolve => {
      server.listen(port, '127.0.0.1', resolve);
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const engine: FakeEngine = {
    url: `http://127.0.0.1:${port}`,
    port,
    asked: [],
    infer,
    ready: true,
    crash: () =>
      new Promise<void>(resolve => {
        if (!server.listening) resolve();
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.resetAndDestroy();
      }),
    comeBack: () => listen(port),
  };
  onTestFinished(() => engine.crash());
  return engine;
}

function handle(
  engine: FakeEngine,
  { extensions = [] }: FakeEngineOptions,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): void {
  const { url = '', method } = request;
  if (method === 'POST') {
    engine.asked.push({ headers: request.headers, path: url, json: readJson(body) });
    engine.infer(response, request, body);
  } else if (url.endsWith('/ready')) {
    if (engine.ready === 'hangs') return;
    response.writeHead(engine.ready ? 200 : 503).end();
  } else if (url === '/v2') {
    sendJson(response, 200, { name: 'fake', version: '1', extensions });
  } else {
    sendJson(response, 200, {
      name: 'whatever it is called there',
      platform: 'fake',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 1] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 1] }],
    });
  }
}

/** The JSON a body begins with. */
function readJson(body: Buffer): Record<string, unknown> {
  const text = body.toString('latin1');
  for (let end = text.length; end > 0; end = text.lastIndexOf('}', end - 1)) {
    try {
      return JSON.parse(text.slice(0, end + (text[end] === '}' ? 1 : 0))) as Record<string, unknown>;
    } catch {
      if (text.lastIndexOf('}', end - 1) < 0) break;
    }
  }
  return {};
}

function sendJson(response: ServerResponse, status: number, json: object, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json));
}
