// One request to a server, with its key and within its time; and requests that are tried again. Knows paths by what they are
// given, and no predictions.
import { joinBytes } from '../core/join-bytes.ts';
import { policyHeader } from '../core/protocol/twin-messages.ts';
import { eachPart } from '../client/each-part.ts';
import { backoffMs, wait } from '../client/wait.ts';
import { ClientError, clientError, errorOfAnswer } from './client-error.ts';
import type { ClientOptions } from './options.ts';
import type { Scope } from './scope.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const maxAnswerBytes = 256 * 2 ** 20;
const firstWaitMs = 100;
const maxWaitMs = 3000;

export interface Ask {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent: a GET. */
  readonly body?: Bytes;
}

export interface Answered {
  readonly headers: Headers;
  readonly body: Bytes;
}

/**
 * Told of a try that failed, before the wait; `waitMs` null: there is no sense in another.
 * @returns true to try no more
 */
export type OnFailure = (error: ClientError, attempt: number, waitMs: number | null) => boolean;

export class Transport {
  readonly url: string;
  readonly #fetch: () => Promise<typeof fetch>;
  readonly #key: ClientOptions['key'];
  readonly #policy: ClientOptions['policy'];
  readonly #retries: number;

  constructor(url: string, options: ClientOptions) {
    const { fetch: given, embed, key, policy, retries = 3 } = options;
    this.url = url;
    this.#key = key;
    this.#policy = policy;
    this.#retries = retries;
    this.#fetch = async () => {
      // Kept by the frame's part, and opened anew where it did not open: the server may be back.
      if (embed) return (await import('./frame.ts')).frameFetch(url);
      // Looked up at each call, and called as a function of the global: a browser's `fetch` insists on both.
      return given ?? ((input, init) => globalThis.fetch(input, init));
    };
  }

  /**
   * Tries until there is an answer, or no sense in another try. All that is asked here may be asked twice.
   * @throws ClientError
   */
  async ask(ask: Ask, scope: Scope, onFailure: OnFailure): Promise<Answered> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(ask, scope);
      } catch (thrown) {
        const error = scope.explain(thrown, 'Offline');
        const waitMs = attempt <= this.#retries ? waitBefore(error, attempt, scope.leftMs()) : null;
        if (onFailure(error, attempt, waitMs) || waitMs === null) throw error;
        await wait(waitMs, scope.signal);
      }
    }
  }

  async #once({ path, headers, body }: Ask, { signal }: Scope): Promise<Answered> {
    const key = typeof this.#key === 'function' ? await this.#key() : this.#key;
    const send = await this.#fetch();
    signal.throwIfAborted();
    const response = await send(this.url + path, {
      method: body ? 'POST' : 'GET',
      headers: {
        accept: 'application/json, application/octet-stream, application/problem+json',
        ...(key ? { authorization: `Bearer ${key}` } : {}),
        ...(this.#policy ? { [policyHeader]: this.#policy } : {}),
        ...headers,
      },
      ...(body ? { body } : {}),
      signal,
      cache: 'no-store',
      // A captive portal redirects; following it would hand it the key.
      redirect: 'error',
      credentials: 'omit',
    });
    const answer = await readAll(response);
    if (!response.ok) throw errorOfAnswer(response.status, response.headers, answer);
    return { headers: response.headers, body: answer };
  }
}

async function readAll(response: Response): Promise<Bytes> {
  const parts: Bytes[] = [];
  let bytes = 0;
  await eachPart(response, part => {
    bytes += part.length;
    if (bytes > maxAnswerBytes)
      throw clientError('TooLarge', `the answer has more than ${maxAnswerBytes} bytes`);
    parts.push(part);
  });
  return joinBytes(parts);
}

/** Null: there is no sense in another try, or no time. Retry-After is kept to, and never undercut. */
function waitBefore(error: ClientError, attempt: number, leftMs: number): number | null {
  // A deadline that passed once would pass again.
  if (!error.isUnheard || error.code === 'DeadlineExceeded') return null;
  const ownMs = backoffMs(attempt - 1, firstWaitMs, maxWaitMs);
  const askedMs = (error.retryAfterSeconds ?? 0) * 1000;
  // Those who were all told the same second do not come back in the same millisecond.
  const waitMs = askedMs === 0 ? ownMs : askedMs + ownMs / 2;
  return waitMs < leftMs ? waitMs : null;
}
