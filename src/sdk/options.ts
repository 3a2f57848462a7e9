// What a client is made with.
import type { Policy } from '../core/protocol/twin-messages.ts';
import type { Runtime } from './runtime.ts';

/** Whether this program computes by itself: never, where the server cannot, or first. */
export type LocalUse = 'never' | 'fallback' | 'prefer';

export interface ClientOptions {
  /** Origin of the server, or a prefix below it. In a page: where the page comes from. */
  readonly url?: string;
  /** An access key or a token, or what gives one before each request; sent as `Authorization: Bearer`. */
  readonly key?: string | (() => string | null | Promise<string | null>);
  /** From call to answer, tries included, in ms. Default 30 000. */
  readonly timeoutMs?: number;
  /** Tries after the first, where the server did not answer or said "later" (429, 502, 503, 504). Default 3. */
  readonly retries?: number;
  /** Tensors as bytes, as JSON, or (default) as bytes where they are large and the server takes them. */
  readonly binary?: boolean | 'auto';
  /** Merges predictions of one model that are asked for at the same time into one request. Default: none. */
  readonly batch?: { readonly maxRows: number; readonly maxDelayMs: number };
  /** In a page of the app's origin: who is asked first (`Haversack-Policy`). Default: as the device is set. */
  readonly policy?: Policy;
  /** In a page of the app's origin: whether it may compute for others where no other page can. Default true. */
  readonly host?: boolean;
  /** In a page of another origin: ask through the server's `embed.html` in a hidden frame. Default false. */
  readonly embed?: boolean;
  /** Whether this program computes by itself, with `runtime`. Default `fallback` where there is one, else `never`. */
  readonly local?: LocalUse;
  /** ONNX Runtime, or what loads it: `() => import('onnxruntime-web/wasm')`, `() => import('onnxruntime-node')`. */
  readonly runtime?: Runtime | (() => Promise<Runtime>);
  /** Larger models are not fetched. Default 32 MiB. */
  readonly localMaxBytes?: number;
  /** Id of the key that must have signed the models that are fetched; else the server's word is taken. */
  readonly registryKey?: string;
  /** In place of the platform's. */
  readonly fetch?: typeof fetch;
}
