// The other half of "on this device": the runtime files that a model needs, kept in Cache Storage on purpose.
import { HaversackError } from '../core/errors.ts';
import { z } from '../core/zod.ts';
import { throwIfAborted } from '../client/backoff.ts';
import { runtimeCacheName, runtimeListPath } from './cache-names.ts';
import { withLock } from './locks.ts';
import { storing } from './storage-error.ts';

export const runtimeKinds = ['wasm', 'webgpu', 'tfjs'] as const;
export type RuntimeKind = (typeof runtimeKinds)[number];

/** Paths with a hash in them: a file never changes, and a new build has new ones. */
const pathsSchema = z.array(z.string().startsWith('/assets/')).max(256);
export const runtimeListSchema = z.object({
  wasm: pathsSchema,
  webgpu: pathsSchema,
  tfjs: pathsSchema,
  /** The script of the ML worker, for pages that are none of the app's; absent in lists of older builds. */
  worker: z.string().startsWith('/assets/').optional(),
});
export type RuntimeList = z.infer<typeof runtimeListSchema>;

export interface RuntimeProgress {
  readonly doneFiles: number;
  readonly totalFiles: number;
}

export interface CacheRuntimeOptions {
  readonly onProgress?: ((progress: RuntimeProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly fetch?: typeof fetch | undefined;
}

/**
 * Puts the files of these kinds into the cache; those that are there are not fetched again.
 * @throws HaversackError `Offline`, `QuotaExceeded`, `Aborted`
 */
export async function cacheRuntime(
  kinds: readonly RuntimeKind[],
  options: CacheRuntimeOptions = {},
): Promise<void> {
  await storing(() =>
    withLock('runtime', options.signal, async () => {
      const list = await fetchRuntimeList(options);
      await addFiles(list, kinds, options);
      await storeList(list);
    }),
  );
}

/** Whether all files of a kind are here, so that it works without a network. */
export async function runtimeCached(
  kind: RuntimeKind,
  options: Pick<CacheRuntimeOptions, 'fetch'> = {},
): Promise<boolean> {
  const list = await fetchRuntimeList(options).catch(storedList);
  return list !== null && isComplete(await caches.open(runtimeCacheName), list[kind]);
}

/**
 * For a new build that is being installed: fetches what the old one had here, before it takes over. The old build's files
 * stay: it still runs.
 */
export async function prepareRuntime(list: RuntimeList, options: CacheRuntimeOptions = {}): Promise<void> {
  const old = await storedList();
  if (!old) return;
  const cache = await caches.open(runtimeCacheName);
  const kinds: RuntimeKind[] = [];
  for (const kind of runtimeKinds) if (await isComplete(cache, old[kind])) kinds.push(kind);
  await storing(() => addFiles(list, kinds, options));
}

/** For a new build that has taken over: lets go of the files that are not its own. */
export async function dropOldRuntime(list: RuntimeList): Promise<void> {
  const cache = await caches.open(runtimeCacheName);
  const own = new Set([runtimeListPath, ...runtimeKinds.flatMap(kind => list[kind])]);
  for (const request of await cache.keys()) {
    if (!own.has(new URL(request.url).pathname)) await cache.delete(request);
  }
  if (await cache.match(runtimeListPath)) await storeList(list);
}

/** @throws HaversackError `Offline`, `DocumentInvalid` */
export async function fetchRuntimeList({
  fetch: given,
  signal,
}: CacheRuntimeOptions = {}): Promise<RuntimeList> {
  const response = await fetchRuntimeFile(
    runtimeListPath,
    { cache: 'no-cache', signal: signal ?? null },
    given,
  );
  const parsed = runtimeListSchema.safeParse(await response.json().catch(() => null));
  if (!parsed.success) {
    throw new HaversackError('DocumentInvalid', `${runtimeListPath}: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}

/** The list that the cached files are from; null where nothing was cached yet. */
export async function storedList(): Promise<RuntimeList | null> {
  const response = await (await caches.open(runtimeCacheName)).match(runtimeListPath);
  const parsed = runtimeListSchema.safeParse(await response?.json().catch(() => null));
  return parsed.success ? parsed.data : null;
}

async function storeList(list: RuntimeList): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const cache = await caches.open(runtimeCacheName);
  await cache.put(runtimeListPath, new Response(JSON.stringify(list), { headers }));
}

async function addFiles(
  list: RuntimeList,
  kinds: readonly RuntimeKind[],
  { onProgress, signal, fetch: given }: CacheRuntimeOptions,
): Promise<void> {
  const cache = await caches.open(runtimeCacheName);
  const paths = [...new Set(kinds.flatMap(kind => list[kind]))];
  let doneFiles = 0;
  for (const path of paths) {
    throwIfAborted(signal);
    onProgress?.({ doneFiles, totalFiles: paths.length });
    if (!(await has(cache, path))) {
      await putWhole(cache, path, await fetchRuntimeFile(path, { signal: signal ?? null }, given));
    }
    doneFiles += 1;
  }
  onProgress?.({ doneFiles, totalFiles: paths.length });
}

/** Streams into the cache, and is there only when it is whole: `put` rejects where the line drops. */
async function putWhole(cache: Cache, path: string, response: Response): Promise<void> {
  try {
    await cache.put(path, response);
  } catch (thrown) {
    if (thrown instanceof Error && ['NetworkError', 'TypeError'].includes(thrown.name)) {
      throw new HaversackError('Offline', `${path} came only in part`, { cause: thrown });
    }
    throw thrown;
  }
}

/** @throws HaversackError `Offline`, also where a page comes in its place; `Aborted` */
export async function fetchRuntimeFile(
  path: string,
  init: RequestInit,
  given: typeof fetch | undefined,
): Promise<Response> {
  const send = given ?? globalThis.fetch.bind(globalThis);
  const response = await send(path, init).catch((thrown: unknown) => {
    if (init.signal?.aborted) throw new HaversackError('Aborted', 'stopped');
    throw new HaversackError('Offline', `${path} cannot be fetched`, { cause: thrown });
  });
  // A page instead of a script would poison the cache for ever: hashed addresses are not asked for again.
  const type = response.headers.get('content-type') ?? '';
  if (!response.ok || response.redirected || type.startsWith('text/html')) {
    throw new HaversackError('Offline', `${path} answered ${response.status} ${type}`);
  }
  return response;
}

async function isComplete(cache: Cache, paths: readonly string[]): Promise<boolean> {
  const there = await Promise.all(paths.map(path => has(cache, path)));
  return paths.length > 0 && there.every(Boolean);
}

async function has(cache: Cache, path: string): Promise<boolean> {
  return (await cache.match(path, { ignoreVary: true })) !== undefined;
}
