// What scripts of an exported page meet in Firefox when it is opened from the disk: a file has an opaque origin there ("null"), where
// in Chromium it is "file://". Node's own JavaScript with as much of a page around it as ONNX Runtime looks at.
import { readFile } from 'node:fs/promises';
import { createContext, runInContext } from 'node:vm';
import type { Bytes } from '../../../src/core/artifact/digest.ts';

interface Runtime {
  readonly env: { readonly wasm: { wasmBinary?: ArrayBuffer } };
  readonly InferenceSession: { create(file: Bytes): Promise<{ readonly inputNames: readonly string[] }> };
}

/** Runs the page's runtime, and opens a model with it. @returns the names of its inputs @throws what the page would meet */
export async function openFromDisk(runtime: string, wasm: Bytes, model: Bytes): Promise<readonly string[]> {
  const address = 'file:///page/index.html';
  const scope = createContext({
    URL,
    TextDecoder,
    TextEncoder,
    performance,
    console,
    setTimeout,
    clearTimeout,
    location: { origin: 'null', href: address },
    document: { baseURI: address },
    navigator: { userAgent: '' },
  });
  runInContext('globalThis.self = globalThis;', scope);
  runInContext(await readFile(runtime, 'utf8'), scope);
  const { haversackRuntime: ort } = scope as unknown as { haversackRuntime: Runtime };
  // Those of another context are none to it.
  const own = runInContext('bytes => Uint8Array.from(bytes)', scope) as (bytes: Bytes) => Bytes;
  ort.env.wasm.wasmBinary = own(wasm).buffer;
  return (await ort.InferenceSession.create(own(model))).inputNames;
}
