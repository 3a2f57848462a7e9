// One engine behind this server, over HTTP: asks it in the Open Inference Protocol, and believes nothing of what it answers
// that was not looked at. Knows one try; who is asked, and whether again, others decide.
import { Pool } from 'undici';
import { answeredByHeader, type AnsweredBy, parseAnsweredBy } from '../../src/core/protocol/answered-by.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { joinBytes } from '../../src/core/join-bytes.ts';
import type { InferRequest } from '../../src/core/protocol/infer-request.ts';
import { Malformed } from '../../src/core/protocol/malformed.ts';
import { modelMetadataSchema, serverMetadataSchema } from '../../src/core/protocol/message-schemas.ts';
import {
  binaryExtension,
  binaryMediaType,
  headerLengthHeader,
  jsonMediaType,
  type ModelMetadata,
  protocolRoot,
} from '../../src/core/protocol/messages.ts';
import { type InferResponse, readResponse } from '../../src/core/protocol/read-response.ts';
import { writeRequest } from '../../src/core/protocol/write-request.ts';
import type { TensorMap } from '../../src/core/tensor.ts';
import type { z } from '../../src/core/zod.ts';
import { lookupAllowed } from './refuse-link-local.ts';
import { brokenOff, nonsense, refusedBy, TryFailed } from './try-failed.ts';

/** Connections to one engine, and requests under way there: more are not sent. */
export const maxOutstanding = 256;
const connectTimeoutMs = 3_000;
/** An answer may be this large; one that goes on is cut off. */
const maxAnswerBytes = 256 * 2 ** 20;
const maxDocumentBytes = 2 ** 20;
/** Of an engine's own words in an error. */
const maxErrorLength = 300;

export interface EngineAddress {
  /** Origin, or a prefix below it. */
  readonly url: string;
  /** What the engine calls the model. */
  readonly model: string;
  /** Sent as a Bearer token; null: none. Looked up for each request: it may be renewed. */
  readonly key: () => string | null;
  /** Goes before what an error says to the caller, who need not know where engines are. */
  readonly name: string;
}

export interface EngineAnswer {
  /** All that were asked for, and no others. */
  readonly outputs: TensorMap;
  readonly version: string | null;
  /** What a Haversack server says of itself; null from others. */
  readonly by: AnsweredBy | null;
}

export interface Ask {
  /** As the engine numbers it; null: its own choice. */
  readonly version: string | null;
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
}

export interface InferAsk extends Ask {
  /** How long the answer is waited for, in ms: told to the engine, so that it works for nobody who has gone. */
  readonly timeoutMs: number;
  /** Whether tensors go as bytes. */
  readonly binary: boolean;
}

/** All methods throw `TryFailed`; what the signal fires with where it has fired. */
export class Engine {
  readonly #address: EngineAddress;
  readonly #pool: Pool;
  readonly #prefix: string;

  constructor(address: EngineAddress) {
    const { origin, pathname } = new URL(address.url);
    this.#address = address;
    this.#prefix = pathname.replace(/\/+$/, '');
    // No timeouts but on connecting: every request has a signal with a deadline of its own. Redirects are not followed.
    this.#pool = new Pool(origin, {
      connections: maxOutstanding,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: connectTimeoutMs, lookup: lookupAllowed },
    });
  }

  async infer(request: InferRequest, ask: InferAsk): Promise<EngineAnswer> {
    const wanted = request.outputs?.map(({ name }) => name) ?? null;
    const { body, headerLength, contentType } = this.#encode(request, wanted, ask);
    const { headers, bytes } = await this.#exchange(`${this.#modelPath(ask.version)}/infer`, maxAnswerBytes, {
      ...ask,
      body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
      headers: {
        ...ask.headers,
        'content-type': contentType,
        accept: `${jsonMediaType}, ${binaryMediaType}, application/problem+json`,
        ...(headerLength === null ? {} : { [headerLengthHeader]: String(headerLength) }),
      },
    });
    const answer = this.#decode(bytes, headers);
    return {
      outputs: this.#pick(answer, request, wanted),
      version: answer.modelVersion,
      by: parseAnsweredBy(textOf(headers[answeredByHeader.toLowerCase()])),
    };
  }

  /** What it says of the model. */
  async metadata(ask: Ask): Promise<ModelMetadata> {
    return this.#document(this.#modelPath(ask.version), modelMetadataSchema, ask);
  }

  /** Resolves where both the engine and the model there are ready. Only the status counts: bodies vary (Triton sends none). */
  async ready(ask: Ask): Promise<void> {
    await this.#exchange(`${protocolRoot}/health/ready`, maxDocumentBytes, ask);
    await this.#exchange(`${this.#modelPath(ask.version)}/ready`, maxDocumentBytes, ask);
  }

  /** Whether it takes tensors as bytes. */
  async takesBinary(ask: Omit<Ask, 'version'>): Promise<boolean> {
    const { extensions } = await this.#document(protocolRoot, serverMetadataSchema, ask);
    return extensions.includes(binaryExtension);
  }

  /** Resolves when what is under way has ended. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  #modelPath(version: string | null): string {
    const at = version === null ? '' : `/versions/${encodeURIComponent(version)}`;
    return `${protocolRoot}/models/${encodeURIComponent(this.#address.model)}${at}`;
  }

  #encode(request: InferRequest, outputs: string[] | null, { binary, timeoutMs }: InferAsk) {
    const { binary_data_output: _, decision: __, ...parameters } = request.parameters;
    try {
      return writeRequest({
        inputs: request.inputs,
        ...(request.id === null ? {} : { id: request.id }),
        // In µs, as Triton's schedule policy extension has it.
        parameters: { ...parameters, timeout: Math.ceil(timeoutMs * 1000) },
        ...(outputs ? { outputs } : {}),
        binary,
      });
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      const detail = `${error.message}, and the engine for it takes JSON only`;
      throw new TryFailed({
        error: new HaversackError('InputInvalid', detail),
        retry: 'elsewhere',
        verdict: 'unknown',
        outcome: 'no JSON form',
      });
    }
  }

  #decode(bytes: Uint8Array<ArrayBuffer>, headers: Headers): InferResponse {
    const length = textOf(headers[headerLengthHeader.toLowerCase()]);
    try {
      return readResponse(bytes, length === null ? null : Number(length));
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      throw this.#lied(error.message);
    }
  }

  #pick(answer: InferResponse, request: InferRequest, wanted: string[] | null): TensorMap {
    if (answer.id !== null && request.id !== null && answer.id !== request.id) {
      throw this.#lied('it answered another request');
    }
    const names = Object.keys(answer.outputs);
    if (wanted === null) {
      if (names.length === 0) throw this.#lied('it answered no output');
      return answer.outputs;
    }
    const absent = wanted.find(name => !Object.hasOwn(answer.outputs, name));
    if (absent !== undefined) throw this.#leftOut(absent, names);
    return Object.fromEntries(wanted.map(name => [name, answer.outputs[name]!]));
  }

  async #document<T>(path: string, schema: z.ZodType<T>, ask: Omit<Ask, 'version'>): Promise<T> {
    const { bytes } = await this.#exchange(path, maxDocumentBytes, ask);
    const parsed = schema.safeParse(parseJson(bytes));
    if (!parsed.success) throw this.#lied(`${path} is not as the protocol has it`);
    return parsed.data;
  }

  /** The caller may have made the name up: blame would let one caller shut it for all. */
  #leftOut(output: string, names: readonly string[]): TryFailed {
    const detail = `${this.#address.name}: it answered no '${output}', only ${names.join(', ') || 'nothing'}`;
    return new TryFailed({
      error: new HaversackError('UpstreamFailed', detail.slice(0, maxErrorLength)),
      retry: 'elsewhere',
      verdict: 'unknown',
      outcome: 'nonsense',
    });
  }

  #lied(detail: string): TryFailed {
    return nonsense('nonsense', `${this.#address.name}: ${detail}`);
  }

  async #exchange(
    path: string,
    maxBytes: number,
    { signal, headers, body }: Omit<Ask, 'version'> & { readonly body?: Buffer },
  ): Promise<{ headers: Headers; bytes: Uint8Array<ArrayBuffer> }> {
    const { key, name } = this.#address;
    const token = key();
    try {
      const answer = await this.#pool.request({
        path: this.#prefix + path,
        method: body ? 'POST' : 'GET',
        headers: { ...headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
        body: body ?? null,
        signal,
      });
      const bytes = await this.#read(answer.body, maxBytes);
      if (answer.statusCode >= 200 && answer.statusCode < 300) return { headers: answer.headers, bytes };
      const said = errorOf(bytes) ?? `HTTP status ${answer.statusCode}`;
      throw refusedBy(answer.statusCode, `${name}: ${said}`, retryAfterOf(answer.headers));
    } catch (thrown) {
      if (thrown instanceof TryFailed) throw thrown;
      signal.throwIfAborted();
      const code = codeOf(thrown);
      throw brokenOff(code, `${name}: ${code}`, thrown);
    }
  }

  async #read(body: AsyncIterable<Buffer>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let filled = 0;
    for await (const part of body) {
      filled += part.length;
      // Leaving the loop destroys the stream, and the connection with it.
      if (filled > maxBytes) throw this.#lied(`the answer has more than ${maxBytes} bytes`);
      parts.push(part as Uint8Array<ArrayBuffer>);
    }
    return parts.length === 1 ? parts[0]! : joinBytes(parts);
  }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function textOf(header: string | string[] | undefined): string | null {
  return typeof header === 'string' ? header : null;
}

/** RFC 9110 §10.2.3: seconds, or a date, which no engine that is known sends. */
function retryAfterOf(headers: Headers): number | null {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

/** OIP's `error`, shortened: it is passed on to the caller, who should learn why an input was refused. */
function errorOf(bytes: Uint8Array): string | null {
  const json = parseJson(bytes);
  const error = typeof json === 'object' && json !== null && 'error' in json ? json.error : null;
  return typeof error === 'string' && error !== '' ? error.slice(0, maxErrorLength) : null;
}

/** Of Node's and undici's errors, which name addresses in their messages, only the code goes on to the caller. */
function codeOf(thrown: unknown): string {
  const error = thrown instanceof AggregateError ? (thrown.errors[0] as unknown) : thrown;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'failed';
}
