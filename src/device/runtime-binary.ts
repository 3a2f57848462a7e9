// ONNX Runtime's own WebAssembly, for who takes a model away with what runs it.
import { HaversackError } from '../core/errors.ts';
import { runtimeCacheName, runtimeListPath } from './cache-names.ts';
import { type CacheRuntimeOptions, fetchRuntimeFile, fetchRuntimeList, storedList } from './runtime-cache.ts';

/**
 * That for CPUs: as it is kept here, else fetched.
 * @throws HaversackError `Offline`, `DocumentInvalid`, `NotFound` where the list has none
 */
export async function readRuntimeBinary(options: CacheRuntimeOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  // Of the build that runs here, whose other files go with it; the server's may be of the next.
  const list = (await storedList()) ?? (await fetchRuntimeList(options));
  const path = list.wasm.find(name => name.endsWith('.wasm'));
  if (path === undefined) throw new HaversackError('NotFound', `${runtimeListPath} names no .wasm`);
  const kept = await (await caches.open(runtimeCacheName)).match(path, { ignoreVary: true });
  const response = kept ?? (await fetchRuntimeFile(path, { signal: options.signal ?? null }, options.fetch));
  return new Uint8Array(await response.arrayBuffer());
}
