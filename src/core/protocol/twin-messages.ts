// What the offline twin's parts say to each other: the service worker, the pages that can compute (hosts), the pages that could
// (the client library in them), and the frame that an application on another origin embeds. Types, names and guards; no zod,
// for it is part of what must stay small.
//
//   service worker → window   `who-computes` to all, `become-host` to one
//   window → service worker   `host` with a port, or `could-be-host`; after `become-host`: `host`, or `cannot-host`
//   service worker ⇄ host     on that port: `ask`, `abort` → `taken`, `answer`, `gone`
//   application ⇄ frame       `ready` once, then `ask`, `abort` → `answer`
//
// A host may be closed or frozen at any moment, a service worker ended and started anew: then it asks `who-computes` again, and
// a host answers with a new port.

/** Who is asked first. `local-only`: nothing leaves this browser. */
export const policies = ['remote-first', 'local-first', 'local-only'] as const;
export type Policy = (typeof policies)[number];

/** Of one request; where the device is set to `local-only`, it changes nothing. */
export const policyHeader = 'Haversack-Policy';

/** Set by our own frame: the origin that it asks for. */
export const askedForHeader = 'Haversack-For';

/** An ES module on the app's origin: `becomeHost()` makes the page that imports it a host (`TwinModule`). */
export const twinModulePath = '/twin.js';
/** The page that another origin puts into an iframe. */
export const embedPath = '/embed.html';

export interface TwinModule {
  /** Resolves when the service worker has this page's port. @throws Error saying why this page cannot compute */
  becomeHost(): Promise<void>;
}

const prefix = 'haversack:';

/** To every window of the origin: a host answers `host`, one that could become one `could-be-host`, others nothing. */
export const whoComputes = `${prefix}who-computes`;
/** To a window that could: it is to answer `host` or `cannot-host`. */
export const becomeHost = `${prefix}become-host`;
/** Comes with a MessagePort: this window computes what is asked there. */
export const hostHere = `${prefix}host`;
export const couldBeHost = `${prefix}could-be-host`;
export const cannotHost = `${prefix}cannot-host`;

/** To the service worker. */
export type WindowMessage =
  | { readonly type: typeof hostHere }
  | { readonly type: typeof couldBeHost }
  | { readonly type: typeof cannotHost; readonly reason: string };

/** From the service worker. */
export type CallMessage = { readonly type: typeof whoComputes } | { readonly type: typeof becomeHost };

/** On a host's port, from the service worker. */
export type PortAsk =
  | {
      readonly type: 'ask';
      readonly id: number;
      readonly method: string;
      /** From `/`, with the query. */
      readonly path: string;
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: ArrayBuffer;
      /** Who asks, for people: an origin, or a path of this one. */
      readonly from: string;
      /** Time left; nobody waits any longer. */
      readonly leftMs: number;
    }
  | { readonly type: 'abort'; readonly id: number };

/** On a host's port, from the host. */
export type PortReply =
  /** It is alive, and at work: sent before anything else is done. */
  | { readonly type: 'taken'; readonly id: number }
  | ({ readonly type: 'answer'; readonly id: number } & TwinAnswer)
  /** It is being closed or put away: what it has not answered, it will not. */
  | { readonly type: 'gone' };

export interface TwinAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ArrayBuffer;
}

/** From an application of another origin to the frame, by `postMessage(…, frameOrigin)`. */
export type EmbedAsk =
  | {
      readonly type: typeof embedAsk;
      /** The application's own; comes back with the answer. */
      readonly id: number | string;
      readonly method: string;
      /** Below /v2. */
      readonly path: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string | ArrayBuffer | null;
    }
  | { readonly type: typeof embedAbort; readonly id: number | string };

/** From the frame to the application. */
export type EmbedReply =
  | { readonly type: typeof embedReady }
  | ({ readonly type: typeof embedAnswer; readonly id: number | string } & TwinAnswer);

export const embedReady = `${prefix}ready`;
export const embedAsk = `${prefix}ask`;
export const embedAbort = `${prefix}abort`;
export const embedAnswer = `${prefix}answer`;

/** Of a message of ours; null for all others, which pages and extensions send as well. */
export function messageType(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || !('type' in data)) return null;
  return typeof data.type === 'string' && data.type.startsWith(prefix) ? data.type : null;
}

export function isPolicy(value: unknown): value is Policy {
  return (policies as readonly unknown[]).includes(value);
}
