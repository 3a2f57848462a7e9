// W3C Trace Context (Level 1, https://www.w3.org/TR/trace-context-1/): read from a request, carried on to whoever computes for it.
import { randomBytes } from 'node:crypto';

/** Which trace a request is part of, and which span of it this server is. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** The caller's span; null where the trace begins here. */
  readonly parentId: string | null;
  /** Ours: 16 hexadecimal digits. What is passed on names it as the parent. */
  readonly spanId: string;
  /** `trace-flags` as the caller sent them; `00` (not sampled) where the trace begins here: nobody here records it. */
  readonly flags: string;
  /** `tracestate` as it came. */
  readonly state: string | null;
}

/** §3.2.2: version 00 has exactly these four fields; a later one may have more behind them, and `ff` is none. */
const parentPattern = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** §3.3.1.5: at least this many characters are to be carried on; longer ones are dropped whole. */
const maxStateLength = 512;
/** §3.3.1.1 */
const maxStateMembers = 32;

type HeaderValue = string | readonly string[] | undefined;

/** A header that is not well formed is as none (§4.2): the trace begins here. */
export function readTraceContext(traceparent: HeaderValue, tracestate: HeaderValue): TraceContext {
  const spanId = randomId(8);
  const match = typeof traceparent === 'string' ? parentPattern.exec(traceparent.trim()) : null;
  const [, version, traceId, parentId, flags, rest] = match ?? [];
  const isWellFormed = match !== null && !isZero(traceId!) && !isZero(parentId!);
  if (!isWellFormed || (version === '00' && rest !== undefined)) {
    return { traceId: randomId(16), parentId: null, spanId, flags: '00', state: null };
  }
  return { traceId: traceId!, parentId: parentId!, spanId, flags: flags!, state: readState(tracestate) };
}

/** The headers of a request that is made for another one: our span is its parent. */
export function traceHeaders({ traceId, spanId, flags, state }: TraceContext): Record<string, string> {
  const traceparent = `00-${traceId}-${spanId}-${flags}`;
  return state === null ? { traceparent } : { traceparent, tracestate: state };
}

/** Several headers are one list, in their order (RFC 9110 §5.3). */
function readState(header: HeaderValue): string | null {
  const text = (typeof header === 'object' ? header.join(',') : (header ?? '')).trim();
  const members = text.split(',').filter(member => member.trim() !== '');
  const isKept = members.length > 0 && members.length <= maxStateMembers && text.length <= maxStateLength;
  // What is no visible ASCII must not get into a header of ours.
  return isKept && /^[\x20-\x7e\t]+$/.test(text) ? text : null;
}

function randomId(bytes: number): string {
  const id = randomBytes(bytes).toString('hex');
  return isZero(id) ? randomId(bytes) : id;
}

function isZero(id: string): boolean {
  return /^0+$/.test(id);
}
