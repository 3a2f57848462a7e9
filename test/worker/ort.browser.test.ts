// The runtime where a page is isolated and shares no memory all the same, as in WebKitGTK. A file of its own: how many threads there
// are is found once, when the module is loaded.
import { expect, test } from 'vitest';

test('has one thread where there is no SharedArrayBuffer, though the page is isolated, and starts', async () => {
  expect([self.crossOriginIsolated, typeof SharedArrayBuffer]).toEqual([true, 'function']);
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: 8, configurable: true });
  Reflect.deleteProperty(self, 'SharedArrayBuffer');
  const { loadOrt, threads } = await import('../../src/worker/ort.ts');
  expect(threads).toBe(1);
  const ort = await loadOrt('wasm');
  expect(ort.env.wasm.numThreads).toBe(1);
});
