// A registry that is a folder of static files, on any host: the same requests, answered from files. Only reading works;
// what would need a server is refused in its words. What the files hold is checked by whoever asks, as a server's answers are.
import { maxDocumentBytes, registryRoot } from '../core/artifact/registry-api.ts';
import { errorCatalogue, type ErrorCode } from '../core/errors.ts';
import { readAtMost } from './body.ts';

/** What such a folder's page says of itself, in a `<meta>` of this name: then nobody needs to find out. */
export const folderMetaName = 'haversack-registry';
export const folderMetaContent = 'folder';

/**
 * The file that answers a GET, below the folder; null where no file can. Documents have an ending, for hosts go by that;
 * chunks are bytes under their digest.
 * @param path below `/registry/v1`, such as `/models/digits/versions/3`
 */
export function fileOf(path: string): string | null {
  if (/^\/chunks\/[0-9a-f]{64}$/.test(path)) return path;
  // In its own folder: a model may be called `digits.json`.
  if (/^\/models\/[^/]+$/.test(path)) return `${path}/index.json`;
  const isDocument =
    /^\/root(\/\d+)?$/.test(path) ||
    path === '/models' ||
    /^\/models\/[^/]+\/(versions\/\d+|aliases\/[^/]+)$/.test(path);
  return isDocument ? `${path}.json` : null;
}

/** `fetch` for a registry that is known to be a folder. */
export function folderFetch(inner: typeof fetch): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const [base, path] = split(url);
    if (path === null) return inner(input, init);
    if ((init?.method ?? 'GET') !== 'GET') return refusal(path);
    if (path === '/me') return json(nobody);
    // As a line that is down: who listens asks now and then instead.
    if (path === '/events') throw new TypeError('a folder sends no events');
    const file = fileOf(path);
    return file === null ? refusal(path) : inner(`${base}${file}`, init);
  };
}

/**
 * `fetch` for an address of which it is not known whether a server or a folder is there: the first answer that is no
 * server's has it looked for.
 */
export function detectingFetch(inner: typeof fetch): typeof fetch {
  let kind: Promise<'server' | 'folder'> | null = null;
  const asFolder = folderFetch(inner);
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const [base, path] = split(url);
    if (path === null) return inner(input, init);
    if (kind !== null) return (await kind) === 'folder' ? asFolder(input, init) : inner(input, init);
    const answer = path === '/me' ? await inner(`${base}/root`) : await inner(input, init);
    if (isServers(answer)) {
      kind = Promise.resolve('server');
      return path === '/me' ? inner(input, init) : answer;
    }
    kind = looksLikeFolder(inner, base).then(
      yes => (yes ? 'folder' : 'server'),
      (thrown: unknown) => {
        // A line that broke says nothing of who is there: it is found out with the next request.
        kind = null;
        throw thrown;
      },
    );
    return (await kind) === 'folder' ? asFolder(input, init) : answer;
  };
}

/** The part up to the registry's root, and the path below; null where the address is no registry's. */
function split(url: URL): [base: string, path: string | null] {
  const at = url.pathname.indexOf(`${registryRoot}/`);
  if (at < 0) return [url.href, null];
  const end = at + registryRoot.length;
  return [url.origin + url.pathname.slice(0, end), url.pathname.slice(end)];
}

/** A server of ours says what is wrong as JSON; a host of files has a page for what is not there. */
function isServers(response: Response): boolean {
  return response.ok || /json/.test(response.headers.get('content-type') ?? '');
}

async function looksLikeFolder(inner: typeof fetch, base: string): Promise<boolean> {
  const response = await inner(`${base}/root.json`);
  if (!response.ok) return false;
  try {
    const body = await readAtMost(response, maxDocumentBytes, () => undefined);
    return 'signed' in (JSON.parse(new TextDecoder().decode(body)) as object);
  } catch {
    return false;
  }
}

const nobody = { kind: 'anonymous', role: null, status: null, openReads: true };

function json(value: unknown): Response {
  return new Response(JSON.stringify(value), { headers: { 'content-type': 'application/json' } });
}

/** `NotFound` for what a client does without; for what must reach a server some day, `Unavailable`: it waits. */
function refusal(path: string): Response {
  const code: ErrorCode = path === '/chunks/batch' ? 'NotFound' : 'Unavailable';
  const { status, title } = errorCatalogue[code];
  const detail = 'this registry is a folder of files: it gives versions, and takes nothing';
  const problem = { type: 'about:blank', title, status, detail, code, error: detail };
  return new Response(JSON.stringify(problem), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });
}
