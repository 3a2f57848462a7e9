// How requests are answered: from the cache of this build, from the cache of runtime files, or made up.
import { PrecacheController } from 'workbox-precaching/PrecacheController.js';
import type { PrecacheEntry } from 'workbox-precaching/_types.js';
import { embedPath } from '../core/protocol/twin-messages.ts';
import { framePageCacheName, runtimeCacheName, runtimeListPath } from '../device/cache-names.ts';
import {
  dropOldRuntime,
  fetchRuntimeList,
  prepareRuntime,
  type RuntimeList,
  runtimeListSchema,
} from '../device/runtime-cache.ts';
import { isolated, isolationHeaders } from './headers.ts';
import type { Answer } from './policy.ts';

const shellPath = '/index.html';

export class AppCaches {
  readonly #precache = new PrecacheController({ fallbackToNetwork: false });

  constructor(manifest: (PrecacheEntry | string)[]) {
    this.#precache.addToCacheList(manifest);
  }

  isPrecached(url: URL): boolean {
    return this.#precache.getCacheKeyForURL(url.href) !== undefined;
  }

  /** All of the new build, and of the runtime what the old build had here; or nothing, and it is tried another time. */
  async install(event: ExtendableEvent): Promise<void> {
    await this.#precache.install(event);
    const list = await this.#runtimeList();
    if (list) await prepareRuntime(list);
  }

  async activate(event: ExtendableEvent): Promise<void> {
    await this.#precache.activate(event);
    const list = await this.#runtimeList();
    if (list) await dropOldRuntime(list);
  }

  /** This build's own, not what the server has by now. Null where it cannot be had: then nothing is changed. */
  async #runtimeList(): Promise<RuntimeList | null> {
    const own = await this.#precache.matchPrecache(runtimeListPath);
    const parsed = runtimeListSchema.safeParse(await own?.json());
    return parsed.success ? parsed.data : fetchRuntimeList().catch(() => null);
  }

  async respond(answer: Exclude<Answer, 'pass' | 'twin'>, request: Request): Promise<Response> {
    return isolated(await this.#find(answer, request));
  }

  async #find(answer: Exclude<Answer, 'pass' | 'twin'>, request: Request): Promise<Response> {
    switch (answer) {
      case 'shell':
        return (await this.#precache.matchPrecache(shellPath)) ?? fetch(request).catch(nothingHere);
      case 'precached':
        return (await this.#precache.matchPrecache(request)) ?? fetch(request);
      case 'runtime':
        return (await fromRuntimeCache(request.url)) ?? fetch(request);
      case 'runtime-list':
        return listFromNetworkOrCache(request);
      case 'frame':
        return frameFromNetworkOrCache(request);
    }
  }
}

async function listFromNetworkOrCache(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (thrown) {
    const stored = await fromRuntimeCache(runtimeListPath);
    if (stored) return stored;
    throw thrown;
  }
}

/** Kept each time, not with the build: who may embed it changes with a setting of the server's. */
async function frameFromNetworkOrCache(request: Request): Promise<Response> {
  const cache = await caches.open(framePageCacheName);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(embedPath, response.clone());
    return response;
  } catch (thrown) {
    const stored = await cache.match(embedPath, { ignoreVary: true });
    if (stored) return stored;
    throw thrown;
  }
}

async function fromRuntimeCache(url: string): Promise<Response | undefined> {
  const cache = await caches.open(runtimeCacheName);
  return cache.match(url, { ignoreVary: true });
}

/** The browser cleared the cache, and there is no network. */
function nothingHere(): Response {
  const text = 'Haversack is not on this device any more, and its server cannot be reached.\n';
  return new Response(text, {
    status: 503,
    headers: { ...isolationHeaders, 'content-type': 'text/plain; charset=utf-8' },
  });
}
