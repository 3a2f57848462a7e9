// What of the platform this Firefox has: what the app cannot do without is there; what it does without where it must is there or not
// as the table in docs/browsers.md says.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Device } from '../e2e/support/device.ts';
import { type RunningServer, startServer } from '../e2e/support/server.ts';
import { hostFolder } from '../server/cli/static-host.ts';
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

  it('has and lacks what docs/browsers.md says of it', async context => {
    const page = await device.open(server.url);
    const found = { ...(await page.evaluate(optional)), ...(await inServiceWorker(device)) };
    await page.close();
    const version = device.context.browser()?.version() ?? '';
    console.table({ Firefox: version, ...found });
    const { of, rows } = await documented();
    if (process.platform !== 'linux' || version.split('.')[0] !== of) {
      const reason = `docs/browsers.md tells of Firefox ${of} on Linux, and this is ${version} on ${process.platform}: compare by hand.`;
      console.warn(`! ${reason}`);
      context.skip(reason);
    }
    expect(found).toEqual(rows);
  });
});

type Features = Record<string, boolean>;

/** The table of docs/browsers.md, and which major version of Firefox it is of. */
async function documented(): Promise<{ of: string | undefined; rows: Features }> {
  const text = await readFile(new URL('../../docs/browsers.md', import.meta.url), 'utf8');
  const [, of, section] = /^## Firefox ESR (\d+)([^]*?)(?=^## |$(?![^]))/m.exec(text) ?? [];
  const rows = section!.matchAll(/^\| (?<names>[^|]+) \| (?<there>yes|no) \|/gm);
  return {
    of,
    rows: Object.fromEntries(
      Array.from(rows, row => row.groups!).flatMap(({ names, there }) =>
        names!.split(', ').map(name => [name.replaceAll('`', ''), there === 'yes']),
      ),
    ),
  };
}

const worker = `
  const features = {
    'static routing of the service worker': typeof InstallEvent === 'function' && 'addRoutes' in InstallEvent.prototype,
  };
  self.onmessage = ({ source }) => source.postMessage(features);
`;

/** What only a service worker is told of; one of a page of its own. */
async function inServiceWorker(device: Device): Promise<Features> {
  const folder = await mkdtemp(join(tmpdir(), 'haversack-firefox-platform-'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>A page</title>');
  await writeFile(join(folder, 'worker.js'), worker);
  const host = await hostFolder(folder);
  const page = await device.open(host.url);
  const found = await page.evaluate(async () => {
    await navigator.serviceWorker.register('/worker.js');
    const { active } = await navigator.serviceWorker.ready;
    const answered = new Promise<Features>(resolve => {
      navigator.serviceWorker.onmessage = ({ data }: MessageEvent<Features>) => resolve(data);
    });
    active!.postMessage(null);
    return answered;
  });
  await page.close();
  await host.close();
  await rm(folder, { recursive: true });
  return found;
}

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
async function optional(): Promise<Features> {
  const { gpu } = navigator as { gpu?: GPU };
  const registration = await navigator.serviceWorker.ready;
  const ed25519 = crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']).then(
    () => true,
    () => false,
  );
  return {
    'Ed25519 in WebCrypto': await ed25519,
    'wake lock': 'wakeLock' in navigator,
    'video frame callbacks': 'requestVideoFrameCallback' in HTMLVideoElement.prototype,
    'idle callbacks': 'requestIdleCallback' in self,
    Float16Array: 'Float16Array' in self,
    WebGPU: gpu !== undefined && (await gpu.requestAdapter().catch(() => null)) !== null,
    'Background Sync': 'sync' in registration,
    'Periodic Background Sync': 'periodicSync' in registration,
    'navigator.connection': 'connection' in navigator,
    'install prompt': 'BeforeInstallPromptEvent' in self,
    'launch queue': 'launchQueue' in self,
    'sharing files': typeof navigator.canShare === 'function',
  };
}
