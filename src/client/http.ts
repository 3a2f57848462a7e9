// One HTTP request to a Haversack server: key, clock, size limit, and errors with their code. Knows no paths.
import type { Bytes } from '../core/artifact/digest.ts';
import { maxDocumentBytes } from '../core/artifact/registry-api.ts';
import { HaversackError } from '../core/errors.ts';
import { z } from '../core/zod.ts';
import { readAtMost } from './body.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { problemOf } from './problem.ts';

/** A request is given up when no byte has come for this long. A slow line that still moves is waited for. */
export const idleTimeoutMs = 30_000;
/** Requests whose answer needs work on the server first: it checks, loads and derives models. */
export const workTimeoutMs = 300_000;

export interface ConnectionOptions {
  /** Origin of the server, or a prefix below it; no trailing slash needed. */
  readonly baseUrl: string;
  /** An admin key or a device's token, asked for before each request; null to send none. */
  readonly token?: (() => Promise<string | null>) | undefined;
  readonly fetch?: typeof fetch | undefined;
}

export interface RequestOptions {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Bytes | string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** A status besides 2xx that is an answer, without content: read as null. */
  readonly nothing?: number | undefined;
}

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly value: T;
}

export class Connection {
  readonly #baseUrl: string;
  readonly #token: () => Promise<string | null>;
  readonly #fetch: typeof fetch;

  constructor({ baseUrl, token, fetch: given }: ConnectionOptions) {
    this.#baseUrl = baseUrl.replace(/\/+$/, '');
    this.#token = token ?? (() => Promise.resolve(null));
    // Looked up at each call, and called as a function of the global: a browser's `fetch` insists on both.
    this.#fetch = given ?? ((input, init) => globalThis.fetch(input, init));
  }

  /**
   * Sends a request and lets `read` take the answer's body; the clock runs until `read` is done.
   * @throws HaversackError `Offline` (no answer), `Aborted`, or the code of the answer's problem
   */
  async request<T>(
    path: string,
    options: RequestOptions,
    read: (response: Response, deadline: Deadline) => Promise<T>,
  ): Promise<Answer<T>> {
    const timeoutMs = options.timeoutMs ?? idleTimeoutMs;
    const deadline = startDeadline(timeoutMs, options.signal);
    try {
      const response = await this.#send(path, options, deadline.signal);
      deadline.touch();
      if (!response.ok && response.status !== options.nothing) {
        const body = await readAtMost(response, maxDocumentBytes, deadline.touch);
        throw problemOf(response.status, new TextDecoder().decode(body));
      }
      const value = await read(response, deadline);
      return { status: response.status, headers: response.headers, value };
    } catch (thrown) {
      if (thrown instanceof HaversackError) throw thrown;
      throw this.#explain(thrown, options.signal, deadline.expired() ? timeoutMs : null);
    } finally {
      deadline.end();
    }
  }

  /** @throws HaversackError `DocumentInvalid` where the answer has another form, and all of `request` */
  async json<T>(path: string, schema: z.ZodType<T>, options: RequestOptions = {}): Promise<Answer<T>> {
    return this.request(path, options, (response, deadline) => this.#readJson(response, deadline, schema));
  }

  async #send(path: string, options: RequestOptions, signal: AbortSignal): Promise<Response> {
    const token = await this.#token();
    return this.#fetch(`${this.#baseUrl}${path}`, {
      method: options.method ?? 'GET',
      headers: {
        accept: 'application/json, application/problem+json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: options.body }),
      signal,
      cache: 'no-store',
      // A captive portal redirects; following it would hand it the key.
      redirect: 'error',
      credentials: 'omit',
    });
  }

  async #readJson<T>(response: Response, deadline: Deadline, schema: z.ZodType<T>): Promise<T> {
    if (!response.ok) return schema.parse(null);
    const type = response.headers.get('content-type') ?? 'nothing';
    if (!/^application\/([\w.-]+\+)?json\b/.test(type)) {
      throw new HaversackError(
        'Offline',
        `${this.#baseUrl} answered ${type}, not JSON: no Haversack server?`,
      );
    }
    const body = new TextDecoder().decode(await readAtMost(response, maxDocumentBytes, deadline.touch));
    let json: unknown;
    try {
      json = JSON.parse(body);
    } catch {
      throw new HaversackError(
        'DocumentInvalid',
        `${new URL(response.url || this.#baseUrl).pathname}: not JSON`,
      );
    }
    const parsed = schema.safeParse(json);
    if (!parsed.success) throw new HaversackError('DocumentInvalid', z.prettifyError(parsed.error));
    return parsed.data;
  }

  #explain(thrown: unknown, signal: AbortSignal | undefined, expiredMs: number | null): HaversackError {
    if (signal?.aborted) return new HaversackError('Aborted', 'by the caller', { cause: thrown });
    const reason = expiredMs === null ? causeOf(thrown) : `no answer for ${expiredMs / 1000} s`;
    return new HaversackError('Offline', `${this.#baseUrl}: ${reason}`, { cause: thrown });
  }
}

/** Node's fetch says only "fetch failed", and why in its cause. */
function causeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { cause } = thrown;
  if (!(cause instanceof Error)) return thrown.message;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return cause.message || code || thrown.message;
}
