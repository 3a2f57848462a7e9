// The one catalogue of errors: code → HTTP status, what happened, what to do. Page, worker, server and CLI speak it.
import { clientErrors, type ErrorKind } from './client-errors.ts';

const kinds = {
  BadRequest: {
    status: 400,
    title: 'The request does not have the expected form.',
    remedy: 'Mend the field that the detail names and send it again.',
  },
  Unauthorized: {
    status: 401,
    title: 'No valid key came with the request.',
    remedy: 'Give an admin key (HAVERSACK_KEY), or ask an admin to approve this device.',
  },
  Forbidden: {
    status: 403,
    title: 'This key may not do that.',
    remedy: 'Ask an admin for the right that the detail names.',
  },
  NotFound: {
    status: 404,
    title: 'There is nothing by that name.',
    remedy: 'Check the spelling; `haversack list` shows what there is.',
  },
  Conflict: {
    status: 409,
    title: 'It changed in the meantime, or is there already.',
    remedy: 'Load the current state and try again.',
  },
  PreconditionFailed: {
    status: 412,
    title: 'It changed since you looked.',
    remedy: 'Load the current state and try again.',
  },
  TooLarge: clientErrors.TooLarge,
  UnsupportedMediaType: {
    status: 415,
    title: 'That content type is not understood here.',
    remedy: 'Send the content type that the detail names.',
  },
  PreconditionRequired: {
    status: 428,
    title: 'That change needs an If-Match header.',
    remedy: 'Read what you want to change, and send its ETag as If-Match.',
  },
  VersionInUse: {
    status: 409,
    title: 'An alias points at that version.',
    remedy: 'Point the aliases that the detail names at another version first.',
  },
  VersionRetired: {
    status: 409,
    title: 'That version is retired.',
    remedy: 'Choose another version, or take it out of retirement first.',
  },
  VersionCollected: {
    status: 410,
    title: 'The registry keeps that version’s documents, and its bytes no more.',
    remedy: 'Choose a version that is still kept; `haversack show` marks those that are not.',
  },
  TooManyRequests: { status: 429, title: 'Too many requests.', remedy: 'Wait as long as Retry-After says.' },
  Internal: clientErrors.Internal,
  QuotaSpent: {
    status: 429,
    title: 'The day’s share is used up.',
    remedy: 'Wait until midnight UTC, or ask an admin for more.',
  },
  Overloaded: {
    status: 503,
    title: 'More is asked than can be answered in time.',
    remedy: 'Wait as long as Retry-After says, or run the model where you are: `offload` names it.',
  },
  DeadlineExceeded: clientErrors.DeadlineExceeded,
  UpstreamFailed: {
    status: 502,
    title: 'The engine that should answer did not.',
    remedy: 'Try again; if it stays, `haversack upstream list` shows which one is ill.',
  },
  NothingComputes: {
    status: 503,
    title: 'No open page of this app can compute.',
    remedy: 'Open Haversack in a tab of this browser, or let the client library compute in yours.',
  },
  Unavailable: { status: 503, title: 'Not ready yet.', remedy: 'Try again in a moment.' },

  NotOnnx: {
    status: 422,
    title: 'This file is not an ONNX model.',
    remedy: 'Export the model as .onnx and give that file.',
  },
  OperatorUnsupported: {
    status: 422,
    title: 'The model uses an operator that this runtime lacks.',
    remedy: 'Export it with an opset and operators that ONNX Runtime knows.',
  },
  ExternalDataMissing: {
    status: 422,
    title: 'The model keeps weights in another file that did not come with it.',
    remedy:
      'Give that file along with the model, or save both as one (onnx.save with save_as_external_data=False).',
  },
  ModelInvalid: {
    status: 422,
    title: 'The ONNX model is not valid.',
    remedy: 'Check it with onnx.checker; the detail names the node.',
  },
  ImportImpossible: {
    status: 422,
    title: 'This model cannot be brought into ONNX here.',
    remedy: 'Export it as .onnx where it was made; docs/importing.md says how for each format.',
  },
  ArchiveInvalid: {
    status: 422,
    title: 'This zip archive cannot be taken.',
    remedy: 'Pack one model and the files it keeps its weights in, without a password and without links.',
  },
  InputInvalid: clientErrors.InputInvalid,

  ChunkInvalid: {
    status: 422,
    title: 'A piece of the file does not have the digest it is named by.',
    remedy: 'It is thrown away; fetch or send it again.',
  },
  ChunkMissing: {
    status: 409,
    title: 'Pieces of the file have not arrived.',
    remedy: 'Send the missing pieces that the detail names, then commit again.',
  },
  DocumentInvalid: {
    status: 422,
    title: 'A signed document does not have the expected form.',
    remedy: 'Update this app; if it stays, tell whoever runs the registry.',
  },
  SignatureInvalid: {
    status: 422,
    title: 'A signature does not verify.',
    remedy: 'Do not use this file; tell whoever runs the registry.',
  },
  Rollback: {
    status: 409,
    title: 'The registry offers something older than what this device has seen.',
    remedy: 'Keep the version that is here; tell whoever runs the registry.',
  },
  KeyChanged: {
    status: 409,
    title: 'The registry’s key is not the one this device knows.',
    remedy: 'Ask an admin; if the registry was set up anew, forget it in Settings and connect again.',
  },

  CodeInvalid: {
    status: 403,
    title: 'This code lets nobody in.',
    remedy: 'Check its sixteen characters, or ask an admin for a new one.',
  },

  Offline: clientErrors.Offline,
  QuotaExceeded: {
    status: 507,
    title: 'This device has no room left for it.',
    remedy: 'Remove models you do not use in Library, or free space on the device.',
  },
  StorageFailed: {
    status: 500,
    title: 'The browser’s storage refused.',
    remedy: 'Close other tabs of this app and reload; private windows may keep nothing.',
  },
  NotInstalled: {
    status: 404,
    title: 'That version is not on this device.',
    remedy: 'Get it in Library while the server can be reached.',
  },
  RuntimeFailed: {
    status: 500,
    title: 'The model could not be run here.',
    remedy: 'Try another variant in Library; the detail says where it failed.',
  },
  DeviceLost: {
    status: 500,
    title: 'The graphics processor went away in the middle of the work.',
    remedy: 'Start it again; if it happens often, choose WebAssembly in place of WebGPU.',
  },
  TrainingImpossible: {
    status: 409,
    title: 'This version cannot be trained here.',
    remedy: 'The detail says what it lacks.',
  },
  TrainingDiverged: {
    status: 500,
    title: 'The loss is no longer a number.',
    remedy: 'Try a smaller learning rate; nothing was changed.',
  },
  Aborted: clientErrors.Aborted,
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof kinds;
export const errorCatalogue: Readonly<Record<ErrorCode, ErrorKind>> = kinds;

export const errorCodes = Object.keys(kinds) as [ErrorCode, ...ErrorCode[]];

/** A failure as data: crosses workers and the wire, where class identity is lost. At a border: `failure-schema.ts`. */
export interface Failure {
  readonly code: ErrorCode;
  /** What exactly: names, digests, numbers got and wanted. */
  readonly detail: string;
}

export function failure(code: ErrorCode, detail: string): Failure {
  return { code, detail };
}

interface ErrorDetails {
  readonly cause?: unknown;
  readonly members?: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
}

/** The same failure where an exception is the idiom (HTTP handlers, transactions). */
export class HaversackError extends Error {
  override readonly name = 'HaversackError';
  readonly code: ErrorCode;
  readonly detail: string;
  /** What else an answer says of it: extension members of the problem (RFC 9457 §3.2). */
  readonly members: Readonly<Record<string, unknown>>;
  /** When asking again makes sense; null where nobody knows. */
  readonly retryAfterSeconds: number | null;

  constructor(code: ErrorCode, detail: string, options: ErrorDetails = {}) {
    super(`${errorCatalogue[code].title} ${detail}`, options as ErrorOptions);
    this.code = code;
    this.detail = detail;
    this.members = options.members ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}

/** Any thrown value as a failure; what is not ours is `Internal` unless the caller knows better. */
export function toFailure(thrown: unknown, otherwise: ErrorCode = 'Internal'): Failure {
  if (thrown instanceof HaversackError) return failure(thrown.code, thrown.detail);
  if (thrown instanceof Error) {
    if (thrown.name === 'AbortError') return failure('Aborted', thrown.message);
    if (thrown.name === 'QuotaExceededError') return failure('QuotaExceeded', thrown.message);
    return failure(otherwise, thrown.message);
  }
  return failure(otherwise, String(thrown));
}
