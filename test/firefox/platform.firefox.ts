// What of the platform this Firefox has: what the app cannot do without is there; of what it does without where it must, a table is
// printed, which docs/browsers.md keeps.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from '../e2e/support/device.ts';
import { type RunningServer, startServer } from '../e2e/support/server.ts';
import { createFirefox } from './support/firefox.ts';

describe('the platform', () => {
  let server: RunningServer;
  let device: Device;

  beforeAll(async () => {
    server = await startServer(['--no-demo']);
    device = await createFirefox();
  });
  afterAll(async () => {
    await device.close();
    await server.stop();
  });

  it('has what the app cannot do without', async () => {
    const page = await device.open(server.url);
    expect(await page.evaluate(needed)).toEqual([]);
    await page.close();
  });

  it('tells what else it has', async () => {
    const page = await device.open(server.url);
    const version = device.context.browser()?.version() ?? '';
    console.table({ Firefox: { '': version }, ...(await page.evaluate(optional)) });
    await page.close();
  });
});

/** In the page. @returns what is missing */
function needed(): string[] {
  const has: Readonly<Record<string, boolean>> = {
    isolation: crossOriginIsolated,
    SharedArrayBuffer: typeof SharedArrayBuffer === 'function',
    'service worker': 'serviceWorker' in navigator,
    'Web Locks': 'locks' in navigator,
    'Cache Storage': 'caches' in self,
    OffscreenCanvas: typeof OffscreenCanvas === 'function',
    AudioWorklet: typeof AudioWorkletNode === 'function',
    CompressionStream: typeof CompressionStream === 'function',
    'light-dark()': CSS.supports('color', 'light-dark(red, blue)'),
    ':has()': CSS.supports('selector(:has(a))'),
  };
  return Object.keys(has).filter(name => !has[name]);
}

/** In the page. */
async function optional(): Promise<Record<string, { '': string | number | boolean }>> {
  const { gpu } = navigator as { gpu?: GPU };
  const registration = await navigator.serviceWorker.ready;
  const ed25519 = crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']).then(
    () => true,
    () => false,
  );
  const rows: Record<string, unknown> = {
    'hardware threads': navigator.hardwareConcurrency,
    'WebGPU adapter': gpu ? (await gpu.requestAdapter().catch(() => null)) !== null : 'no API',
    'Ed25519 in WebCrypto': await ed25519,
    'static routing': 'InstallEvent' in self,
    'Background Sync': 'sync' in registration,
    'Periodic Background Sync': 'periodicSync' in registration,
    'navigator.connection': 'connection' in navigator,
    'install prompt': 'BeforeInstallPromptEvent' in self,
    'launch queue': 'launchQueue' in self,
    'wake lock': 'wakeLock' in navigator,
    'persisted storage': await navigator.storage.persisted(),
    'video frame callbacks': 'requestVideoFrameCallback' in HTMLVideoElement.prototype,
    'sharing files': typeof navigator.canShare === 'function',
    'idle callbacks': 'requestIdleCallback' in self,
    Float16Array: 'Float16Array' in self,
  };
  return Object.fromEntries(Object.entries(rows).map(([name, value]) => [name, { '': value as string }]));
}
