// A request's arrival, from a front to the primary, and what the gate said of it, back.
import type { FieldWriter } from './frame-writer.ts';
import type { Fields } from './frame-reader.ts';
import { failureToJson, type LinkFailure } from './failure-message.ts';
import type { Policy } from '../gateway/rate-limit-fields.ts';
import type { Origin } from '../gateway/origin.ts';

/** A prediction's request before its body; all are POST. */
export interface EnterMessage extends Omit<Origin, 'method'> {
  readonly authorization: string | undefined;
  /** As the path names them. */
  readonly model: string;
  readonly version: string | undefined;
  /** How long the caller waits, where it says so. */
  readonly timeoutMs: number | undefined;
  /** Headers for whoever computes elsewhere, as JSON: read only where there is somebody. */
  readonly passOn: string;
  readonly via: string | undefined;
}

export interface EnteredMessage {
  /** For the log. */
  readonly callerName: string;
  readonly openReads: boolean;
  readonly policies: readonly Policy[];
  /** Why the gate turned it away. */
  readonly refusal: LinkFailure | null;
  /** What the path names, or why that cannot be asked; 0 as well where the gate turned the request away. */
  readonly version: number | LinkFailure;
}

export function writeEnter(to: FieldWriter, message: EnterMessage): void {
  to.text(message.host ?? null);
  to.text(message.origin ?? null);
  to.text(message.address ?? null);
  to.u8(message.isForwarded ? 1 : 0);
  to.text(message.authorization ?? null);
  to.text(message.model);
  to.text(message.version ?? null);
  to.f64(message.timeoutMs ?? NaN);
  to.text(message.passOn);
  to.text(message.via ?? null);
}

export function readEnter(from: Fields): EnterMessage {
  return {
    host: from.text() ?? undefined,
    origin: from.text() ?? undefined,
    address: from.text() ?? undefined,
    isForwarded: from.u8() === 1,
    authorization: from.text() ?? undefined,
    model: from.text()!,
    version: from.text() ?? undefined,
    timeoutMs: numberOr(from.f64(), undefined),
    passOn: from.text()!,
    via: from.text() ?? undefined,
  };
}

function numberOr<T>(value: number, otherwise: T): number | T {
  return Number.isNaN(value) ? otherwise : value;
}

export function writeEntered(to: FieldWriter, message: EnteredMessage): void {
  const { version, policies } = message;
  to.text(message.callerName);
  to.u8(message.openReads ? 1 : 0);
  to.text(policies.length === 0 ? null : JSON.stringify(policies));
  to.text(message.refusal && failureToJson(message.refusal));
  to.f64(typeof version === 'number' ? version : NaN);
  to.text(typeof version === 'number' ? null : failureToJson(version));
}

export function readEntered(from: Fields): EnteredMessage {
  const callerName = from.text()!;
  const openReads = from.u8() === 1;
  const policies = parsed<readonly Policy[]>(from.text()) ?? [];
  const refusal = parsed<LinkFailure>(from.text());
  const version = from.f64();
  return { callerName, openReads, policies, refusal, version: parsed<LinkFailure>(from.text()) ?? version };
}

/** Written by the same build: taken at its word. */
function parsed<T>(text: string | null): T | null {
  return text === null ? null : (JSON.parse(text) as T);
}
