// The one kind of error that the client throws.
import { clientErrors } from '../core/client-errors.ts';
import { offloadMember, type Offload, toOffload } from '../core/protocol/offload.ts';
import { codeOfStatus } from '../client/code-of-status.ts';

interface Said {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly remedy: string;
}

interface Around {
  readonly cause?: unknown;
  readonly retryAfterSeconds?: number | null;
  readonly offload?: Offload | null;
}

/** Codes are those of the server's catalogue (/docs/errors); `code` decides, `message` is for people. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: string;
  /** The HTTP status, or the one that stands for it. */
  readonly status: number;
  /** What happened. */
  readonly title: string;
  /** What exactly: names, numbers got and wanted. */
  readonly detail: string;
  /** What can be done; empty where a server of another kind says nothing. */
  readonly remedy: string;
  /** When asking again makes sense; null where nobody knows. */
  readonly retryAfterSeconds: number | null;
  /** What it takes to run the model here instead, where the server says so. */
  readonly offload: Offload | null;

  constructor({ code, status, title, detail, remedy }: Said, around: Around = {}) {
    super(`${title} ${detail}`.trim(), around as ErrorOptions);
    this.code = code;
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.remedy = remedy;
    this.retryAfterSeconds = around.retryAfterSeconds ?? null;
    this.offload = around.offload ?? null;
  }

  /**
   * Nobody answered, or somebody who only said that the server does not: asking again, or another, may help. What a key may not
   * do is no such thing.
   */
  get isUnheard(): boolean {
    return this.code === 'Offline' || [429, 502, 503, 504].includes(this.status);
  }
}

/** One that no server said. */
export function clientError(code: keyof typeof clientErrors, detail: string, cause?: unknown): ClientError {
  return new ClientError({ code, detail, ...clientErrors[code] }, { cause });
}

/** What an answer that is no success stands for: problem details (RFC 9457), the protocol's `error`, or the status alone. */
export function errorOfAnswer(status: number, headers: Headers, body: Uint8Array<ArrayBuffer>): ClientError {
  const said = parsed(body);
  const text = (member: string, otherwise: string) =>
    typeof said[member] === 'string' ? said[member] : otherwise;
  const title = text('title', text('error', `HTTP status ${status}.`));
  const problem = { code: text('code', codeOfStatus(status)), status, title };
  return new ClientError(
    { ...problem, detail: text('detail', ''), remedy: text('remedy', '') },
    {
      retryAfterSeconds: secondsOf(headers.get('retry-after')),
      offload: toOffload(said[offloadMember]),
    },
  );
}

function parsed(body: Uint8Array<ArrayBuffer>): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(new TextDecoder().decode(body))) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function secondsOf(retryAfter: string | null): number | null {
  if (retryAfter === null) return null;
  const seconds = /^\d+$/.test(retryAfter)
    ? Number(retryAfter)
    : (Date.parse(retryAfter) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
}
