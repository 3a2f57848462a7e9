// Loads ONNX Runtime Web: the WASM build alone unless WebGPU is asked for, each once a worker and number of threads, from
// this origin.
import type * as Ort from 'onnxruntime-web';
import wasmGlue from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmBinary from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import wasmModule from 'onnxruntime-web/wasm?url';
import webgpuGlue from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import webgpuBinary from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import type { Bytes } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import { missingPart } from './missing-part.ts';

export type OrtModule = typeof Ort;
export type WebProvider = 'wasm' | 'webgpu';

/** More threads than this have brought nothing for models of the sizes that devices run. */
const maxThreads = 4;
const errorsOnly = 3;

/** The one does not say the other: WebKitGTK (2.50) calls a page isolated, and has no SharedArrayBuffer. */
const sharesMemory = self.crossOriginIsolated && 'SharedArrayBuffer' in self;

export const threads = sharesMemory ? Math.min(maxThreads, navigator.hardwareConcurrency) : 1;

/** One Identity of one number (IR 10, opset 13): creating its session starts the runtime, for which there is no call. */
const identityModel: Bytes = Uint8Array.from(
  atob(
    'CAoSADpFCh4KAXgSAXkaCklkZW50aXR5XzAiCElkZW50aXR5OgASAWdaDwoBeBIKCggIARIECgIIAWIPCgF5EgoKCAgBEgQKAggBQgQKABAN',
  ),
  char => char.charCodeAt(0),
);

/** By provider and threads. */
const loading = new Map<string, Promise<OrtModule>>();

/**
 * The started runtime. Called early, it compiles while the model is still being read.
 * @param count of threads, for WASM; a runtime has as many as it was started with, so that another number starts another
 * @throws HaversackError `RuntimeFailed`; `Offline` where it is not on this device yet and cannot be fetched
 */
export function loadOrt(provider: WebProvider, count: number = threads): Promise<OrtModule> {
  const key = `${provider} ${count}`;
  const known = loading.get(key);
  if (known) return known;
  const started = start(provider, count).catch((error: unknown) => {
    // Tried anew by the next caller: the file may be reachable then.
    loading.delete(key);
    const detail = `ONNX Runtime (${provider}) did not start: ${String(error)}`;
    throw missingPart(error) ?? new HaversackError('RuntimeFailed', detail, { cause: error });
  });
  loading.set(key, started);
  return started;
}

async function start(provider: WebProvider, count: number): Promise<OrtModule> {
  const ort = await importOrt(provider, count);
  const { wasm } = ort.env;
  wasm.numThreads = count;
  const [mjs, binary] = provider === 'wasm' ? [wasmGlue, wasmBinary] : [webgpuGlue, webgpuBinary];
  wasm.wasmPaths = { mjs: absolute(mjs), wasm: absolute(binary) };
  ort.env.logLevel = 'error';
  const session = await ort.InferenceSession.create(identityModel, sessionOptions(provider));
  await session.release();
  return ort;
}

async function importOrt(provider: WebProvider, count: number): Promise<OrtModule> {
  if (provider === 'webgpu') return import('onnxruntime-web/webgpu');
  if (count === threads) return import('onnxruntime-web/wasm');
  // A module's state is its own: under another address, of which the fragment is a part, there is a second runtime.
  return (await import(/* @vite-ignore */ `${absolute(wasmModule)}#threads=${count}`)) as OrtModule;
}

/** The glue resolves relative addresses against its own. */
function absolute(url: string): string {
  return new URL(url, self.location.href).href;
}

/** @param device for WebGPU: which one computes; else the runtime's own */
export function sessionOptions(
  provider: WebProvider,
  extra: Readonly<Record<string, unknown>> | null = null,
  device: GPUDevice | null = null,
): Ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [device ? { name: 'webgpu', device } : provider],
    graphOptimizationLevel: 'all',
    logSeverityLevel: errorsOnly,
    ...(extra && { extra }),
  };
}

/** Whether there is a WebGPU adapter; having the API does not say so. */
export async function hasWebGpu(): Promise<boolean> {
  if (!('gpu' in navigator)) return false;
  return (await navigator.gpu.requestAdapter().catch(() => null)) !== null;
}
