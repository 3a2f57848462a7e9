// The sides of `serving` that Node programs are, each in a process of its own: `node-program.js SIDE PORT FOLDER THREADS`.
// `ceiling` answers a request without reading it, `empty` is a Fastify route that does nothing, `plain` is Fastify and ONNX
// Runtime as one writes them in an hour: no batching, no queue, no gate; `bare` is our own Model Server without the gateway. `loop` is ONNX Runtime alone and has no port: it
// runs for as many milliseconds as it is told and says how many answers that were. Says a line of JSON when it is ready.
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import type * as Ort from 'onnxruntime-node';
import { headerLengthHeader } from '../../src/core/protocol/messages.ts';

interface WireTensor {
  readonly name: string;
  readonly shape: number[];
  readonly data?: number[];
}

const [side = '', port = '0', folder = '', threads = '1'] = process.argv.slice(2);

async function openSession(model: string): Promise<Ort.InferenceSession> {
  const { default: ort } = await import('onnxruntime-node');
  const options = { intraOpNumThreads: Number(threads), logSeverityLevel: 3 as const };
  return ort.InferenceSession.create(join(folder, `${model}.onnx`), options);
}

function serveCeiling(): void {
  const body = '{"outputs":[]}';
  const answer = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  const server = createServer({ noDelay: true }, socket => {
    // A request that comes in two parts is answered once: the head names the length of the whole.
    let missing = 0;
    socket.on('error', () => socket.destroy());
    socket.on('data', part => {
      if (missing === 0) {
        const end = part.indexOf('\r\n\r\n') + 4;
        const length = /Content-Length: (\d+)/.exec(part.toString('latin1', 0, end))?.[1] ?? '0';
        missing = end + Number(length);
      }
      missing -= part.length;
      if (missing === 0) socket.write(answer);
    });
  });
  server.listen(Number(port), '127.0.0.1', ready);
}

/** Reads the request's bytes, as any route must, and nothing of what they say. */
function registerEmpty(app: FastifyInstance): void {
  takeBytes(app, 'application/json');
  takeBytes(app, 'application/octet-stream');
  app.post('/v2/models/:model/infer', () => ({ outputs: [] }));
}

function takeBytes(app: FastifyInstance, type: string): void {
  app.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}

async function registerPlain(app: FastifyInstance): Promise<void> {
  const { default: ort } = await import('onnxruntime-node');
  const sessions = new Map<string, Promise<Ort.InferenceSession>>();
  takeBytes(app, 'application/octet-stream');
  app.post<{ Params: { model: string } }>('/v2/models/:model/infer', async (request, reply) => {
    const { model } = request.params;
    const opened = sessions.get(model) ?? openSession(model);
    sessions.set(model, opened);
    const session = await opened;
    const headerLength = request.headers[headerLengthHeader.toLowerCase()];
    const isBinary = headerLength !== undefined;
    const { input, data } = isBinary
      ? readBinary(request.body as Buffer, Number(headerLength))
      : readJson(request.body);
    const results = await session.run({ [input.name]: new ort.Tensor('float32', data, input.shape) });
    const name = session.outputNames[0]!;
    const output = results[name]!;
    const described = { name, datatype: 'FP32', shape: output.dims };
    const numbers = output.data as Float32Array;
    if (!isBinary) return { model_name: model, outputs: [{ ...described, data: Array.from(numbers) }] };
    const parameters = { binary_data_size: numbers.byteLength };
    const head = Buffer.from(JSON.stringify({ model_name: model, outputs: [{ ...described, parameters }] }));
    const bytes = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    return reply
      .header(headerLengthHeader, head.length)
      .type('application/octet-stream')
      .send(Buffer.concat([head, bytes]));
  });
}

function readJson(body: unknown): { input: WireTensor; data: Float32Array } {
  const input = (body as { inputs: WireTensor[] }).inputs[0]!;
  return { input, data: Float32Array.from(input.data!) };
}

function readBinary(body: Buffer, headerLength: number): { input: WireTensor; data: Float32Array } {
  const { inputs } = JSON.parse(body.toString('utf8', 0, headerLength)) as { inputs: WireTensor[] };
  const copy = Uint8Array.from(body.subarray(headerLength));
  return { input: inputs[0]!, data: new Float32Array(copy.buffer) };
}

async function serveFastify(register: (app: FastifyInstance) => void | Promise<void>): Promise<void> {
  const app = Fastify({ bodyLimit: 2 ** 26 });
  await register(app);
  await app.listen({ port: Number(port), host: '127.0.0.1' });
  ready();
}

/** Each line: `{ model, shape, milliseconds }`; batches of one request, one after the other. */
async function loop(): Promise<void> {
  const { default: ort } = await import('onnxruntime-node');
  const sessions = new Map<string, Ort.InferenceSession>();
  ready();
  for await (const line of createInterface(process.stdin)) {
    const { model, shape, milliseconds } = JSON.parse(line) as {
      model: string;
      shape: number[];
      milliseconds: number;
    };
    const session = sessions.get(model) ?? (await openSession(model));
    sessions.set(model, session);
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => (i % 17) - 1);
    const began = performance.now();
    let answers = 0;
    while (performance.now() - began < milliseconds) {
      await session.run({ [session.inputNames[0]!]: new ort.Tensor('float32', data, shape) });
      answers++;
    }
    const microsecondsAnAnswer = ((performance.now() - began) * 1000) / answers;
    process.stdout.write(`${JSON.stringify({ answers, microsecondsAnAnswer })}\n`);
  }
}

function ready(): void {
  process.stdout.write('{"ready":true}\n');
}

switch (side) {
  case 'ceiling':
    serveCeiling();
    break;
  case 'empty':
    await serveFastify(registerEmpty);
    break;
  case 'bare': {
    const { registerBare } = await import('./bare-server.ts');
    await serveFastify(app => registerBare(app, folder));
    break;
  }
  case 'plain':
    await serveFastify(registerPlain);
    break;
  case 'loop':
    await loop();
    break;
  default:
    throw new Error(`no such side: ${side}`);
}
