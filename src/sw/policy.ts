// Which request gets what: the whole policy, without a browser to run it in.
import { runtimeListPath } from '../device/cache-names.ts';
import { embedPath } from '../core/protocol/twin-messages.ts';
import { isTwinPath } from './twin/choose.ts';

export interface Ask {
  readonly method: string;
  readonly url: URL;
  readonly mode: RequestMode;
  /** Of the request: a part of a file is never answered from a whole one. */
  readonly range: string | null;
}

export type Answer =
  /** The protocol's: from the server or from this device (twin/). */
  | 'twin'
  /** The network's business, as if there were no service worker. */
  | 'pass'
  /** The app's page, whatever its address: it starts without a network. */
  | 'shell'
  /** A file of this build, from the cache it was installed into. */
  | 'precached'
  /** A runtime file: from the cache where it was put on purpose, else from the network, and not kept. */
  | 'runtime'
  /** The list of runtime files: from the network, or as it last was. */
  | 'runtime-list'
  /** The page that other origins embed: from the network, for its headers say which; else as it last was. */
  | 'frame';

/** Below these everything is the network's, whoever asks. */
export const networkPaths = ['/registry/', '/docs/', '/metrics/'];
/** APIs, and their pages, are never answered from a cache: what is kept of them is in the database, verified. */
const serverPrefixes = [...networkPaths, '/v1/', '/v2/'];

export interface Place {
  readonly origin: string;
  readonly isPrecached: (url: URL) => boolean;
}

export function answerFor({ method, url, mode, range }: Ask, { origin, isPrecached }: Place): Answer {
  if (url.origin === origin && mode !== 'navigate' && isTwinPath(url.pathname)) return 'twin';
  if (method !== 'GET' || range !== null || url.origin !== origin) return 'pass';
  if (serverPrefixes.some(prefix => `${url.pathname}/`.startsWith(prefix))) return 'pass';
  if (url.pathname === embedPath) return 'frame';
  if (mode === 'navigate' && isPage(url)) return 'shell';
  if (isPrecached(url)) return 'precached';
  if (url.pathname === runtimeListPath) return 'runtime-list';
  return url.pathname.startsWith('/assets/') ? 'runtime' : 'pass';
}

/** A last part with a dot is a file, except the page itself. */
function isPage({ pathname }: URL): boolean {
  return pathname === '/index.html' || !pathname.slice(pathname.lastIndexOf('/')).includes('.');
}
