// What a front does not answer goes on to the primary as it came, over HTTP on a Unix socket, and the answer comes back as it is:
// both streamed. Front and primary are one origin to whoever asks: nothing is added but where the request comes from.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Pool } from 'undici';
import { HaversackError } from '../../src/core/errors.ts';
import { addressHeader } from '../gateway/address.ts';
import { securityHeaders } from '../gateway/headers.ts';
import { sendProblem } from '../gateway/problem.ts';
import { bodyTimeoutMs } from '../slow-bodies.ts';

/** Of one connection, not of the request (RFC 9110 §7.6.1); and what has been done already (`Expect`). */
const ofConnection: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['http2-settings', 'expect'],
]);
const eventStream = 'text/event-stream';

export class Forwarder {
  readonly #pool: Pool;
  /** What ends news that goes on for as long as somebody listens. */
  readonly #streams = new Set<() => void>();

  /** @param inner the primary's Unix socket */
  constructor(inner: string) {
    // How long anything may take is the primary's to say.
    this.#pool = new Pool('http://primary', { socketPath: inner, headersTimeout: 0, bodyTimeout: 0 });
  }

  /** Never rejects. */
  async pass(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { raw: asked } = request;
    const { raw: answer } = reply;
    const gone = new AbortController();
    answer.once('close', () => gone.abort());
    const body = hasBody(asked) ? asked.pipe(new PassThrough()) : null;
    // The caller's failure is the request's: a body that breaks off is not taken for whole.
    asked.once('close', () => {
      if (!asked.complete) body?.destroy(new Error('the caller went'));
    });
    try {
      const inner = await this.#pool.request({
        method: asked.method as 'GET',
        path: asked.url!,
        headers: innerHeaders(asked),
        body,
        signal: gone.signal,
        responseHeaders: 'raw',
      });
      reply.hijack();
      await this.#send(inner.statusCode, inner.headers as unknown as string[], inner.body, answer);
    } catch (error) {
      if (answer.destroyed) return;
      if (answer.headersSent) answer.destroy();
      else sendProblem(notAnswered(error), request, reply.headers(securityHeaders));
    } finally {
      // Answered before all of it was read: the rest is nobody's, and the connection goes on behind it.
      if (body) throwAwayRest(asked.unpipe(body));
    }
  }

  async #send(status: number, headers: readonly string[], body: Readable, to: ServerResponse): Promise<void> {
    const fields = new Map(pairsOf(headers).map(([name, value]) => [name.toLowerCase(), value]));
    if (fields.get('connection')?.toLowerCase() === 'close') to.shouldKeepAlive = false;
    const kept = pairsOf(headers).filter(([name]) => !ofConnection.has(name.toLowerCase()));
    to.writeHead(status, kept.flat());
    const isStream = fields.get('content-type')?.startsWith(eventStream) ?? false;
    if (isStream) await this.#stream(body, to);
    else await pipeline(body, to);
  }

  /** Until either side ends it, or this one does: then as a stream ends, not as a connection breaks. */
  async #stream(body: Readable, to: ServerResponse): Promise<void> {
    const end = () => {
      body.unpipe(to);
      to.end();
      body.destroy();
    };
    this.#streams.add(end);
    to.flushHeaders();
    await new Promise<void>(resolve => {
      to.once('close', resolve);
      body.once('error', () => to.end());
      body.pipe(to);
    });
    this.#streams.delete(end);
  }

  /** Ends what would go on for ever. */
  endStreams(): void {
    for (const end of this.#streams) end();
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

/** As long as a body may take at all. */
function throwAwayRest(asked: IncomingMessage): void {
  asked.resume();
  if (asked.complete) return;
  const late = setTimeout(() => asked.destroy(), bodyTimeoutMs);
  asked.once('close', () => clearTimeout(late));
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** As they came, but for those of the connection, and for what only a front may say. */
function innerHeaders({ rawHeaders, headers, socket }: IncomingMessage): string[] {
  const kept = pairsOf(rawHeaders).filter(([raw]) => {
    const name = raw.toLowerCase();
    // The first is the one that counts, as everywhere here.
    return name !== 'host' && name !== addressHeader && !ofConnection.has(name);
  });
  const host = headers.host === undefined ? [] : ['host', headers.host];
  return [...kept.flat(), ...host, addressHeader, socket.remoteAddress ?? ''];
}

function pairsOf(flat: readonly string[]): (readonly [string, string])[] {
  return Array.from({ length: flat.length / 2 }, (_, nth) => [
    String(flat[2 * nth]),
    String(flat[2 * nth + 1]),
  ]);
}

/** The primary is this server: where it cannot be asked, nothing is. */
function notAnswered(cause: unknown): HaversackError {
  const isOurs = cause instanceof Error && 'code' in cause && cause.code === 'UND_ERR_INVALID_ARG';
  return isOurs
    ? new HaversackError('BadRequest', 'its address or a header of it cannot be read', { cause })
    : new HaversackError('Unavailable', 'this server stops or starts', { cause, retryAfterSeconds: 1 });
}
