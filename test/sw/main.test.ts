// The service worker as the build makes it, in a real Chromium, with a server that is stopped for real.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { build } from 'vite';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { chromiumArguments, findChromium } from '../../scripts/chromium.mjs';
import { runtimeCacheName } from '../../src/device/cache-names.ts';
import { databaseName } from '../../src/device/schema.ts';

const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Content-Security-Policy': "default-src 'self'",
};

interface Site {
  readonly url: string;
  readonly files: Map<string, { type: string; body: string }>;
  readonly requests: string[];
  /** Ends the server and every connection to it. */
  stop(): Promise<void>;
}

let folder: string;
let script: string;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'haversack-sw-'));
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: {
      outDir: folder,
      target: 'es2022',
      rolldownOptions: {
        input: join(import.meta.dirname, '../../src/sw/main.ts'),
        output: { format: 'iife', entryFileNames: 'sw.js' },
      },
    },
  });
  script = await readFile(join(folder, 'sw.js'), 'utf8');
  browser = await chromium.launch({
    executablePath: findChromium(),
    args: chromiumArguments({ webgpu: false }),
  });
}, 60_000);

afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

let site: Site;
let page: Page;

beforeEach(async () => {
  site = await serve();
  deploy(site, 'one');
  const context = await browser.newContext();
  page = await context.newPage();
  return async () => {
    await context.close();
    await site.stop();
  };
});

/** What a build of the app is, for a service worker. */
function deploy({ files }: Site, name: string): void {
  const list = { wasm: [`/assets/ort-${name}.wasm`], webgpu: [`/assets/gpu-${name}.wasm`], tfjs: [] };
  files.clear();
  files.set('/index.html', { type: 'text/html', body: `<!doctype html><title>${name}</title>` });
  files.set(`/assets/app-${name}.js`, { type: 'text/javascript', body: `// ${name}` });
  files.set(`/assets/ort-${name}.wasm`, { type: 'application/wasm', body: name });
  files.set(`/assets/gpu-${name}.wasm`, { type: 'application/wasm', body: name });
  files.set('/runtime.json', { type: 'application/json', body: JSON.stringify(list) });
  files.set('/v2/health/ready', { type: 'application/json', body: '{}' });
  const manifest = JSON.stringify([
    { url: 'index.html', revision: name },
    { url: 'runtime.json', revision: name },
    { url: `assets/app-${name}.js`, revision: null },
  ]);
  files.set('/sw.js', {
    type: 'text/javascript',
    body: script.replace('self.__WB_MANIFEST', () => manifest),
  });
}

async function serve(sent: Record<string, string> = headers): Promise<Site> {
  const files: Site['files'] = new Map();
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    requests.push(pathname);
    const isPage = (request.headers.accept ?? '').includes('text/html');
    const file = files.get(pathname) ?? (isPage ? files.get('/index.html') : undefined);
    response.writeHead(file ? 200 : 404, { ...sent, 'content-type': file?.type ?? 'text/plain' });
    response.end(file?.body);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    files,
    requests,
    stop: () =>
      new Promise(resolve => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function register(): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/sw.js');
    if (!navigator.serviceWorker.controller) {
      await new Promise(resolve => {
        navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
      });
    }
  });
}

/** Runs in the service worker before its script: an engine that is not Chromium. */
function runBefore(code: string): void {
  const { type, body } = site.files.get('/sw.js')!;
  site.files.set('/sw.js', { type, body: `${code}\n${body}` });
}

/** In the page. */
async function registeredAndActive(): Promise<void> {
  await navigator.serviceWorker.register('/sw.js');
  const { active } = await navigator.serviceWorker.ready;
  while (active!.state !== 'activated') {
    await new Promise(resolve => active!.addEventListener('statechange', resolve, { once: true }));
  }
}

/** As `cacheRuntime` of the page does. */
async function keepRuntime(paths: string[]): Promise<void> {
  await page.evaluate(
    async ({ name, all }) => {
      await (await caches.open(name)).addAll(all);
    },
    { name: runtimeCacheName, all: ['/runtime.json', ...paths] },
  );
}

const keptPaths = () =>
  page.evaluate(async name => {
    const keys = await (await caches.open(name)).keys();
    return keys.map(request => new URL(request.url).pathname).sort();
  }, runtimeCacheName);

const text = (path: string) =>
  page.evaluate(async address => {
    const response = await fetch(address).catch(() => null);
    return response && { status: response.status, body: await response.text() };
  }, path);

test('starts without the server, isolated, at any address of the app, with the runtime that was kept', async () => {
  await page.goto(site.url);
  await register();
  await keepRuntime(['/assets/ort-one.wasm']);
  await site.stop();
  const answer = await page.goto(`${site.url}/library`);
  expect(await page.title()).toBe('one');
  expect(answer?.fromServiceWorker()).toBe(true);
  expect(answer?.headers()).toMatchObject({
    'cross-origin-embedder-policy': 'require-corp',
    'content-security-policy': "default-src 'self'",
  });
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(await text('/assets/app-one.js')).toEqual({ status: 200, body: '// one' });
  expect(await text('/assets/ort-one.wasm')).toEqual({ status: 200, body: 'one' });
  // Never asked for on purpose, so not here; and the protocol is not answered from a cache, but by pages that compute.
  expect(await text('/assets/gpu-one.wasm')).toBeNull();
  const ready = await text('/v2/health/ready');
  expect(ready?.status).toBe(503);
  expect(JSON.parse(ready!.body)).toMatchObject({ code: 'NothingComputes' });
});

test('sends nothing to the server while what the owner chose cannot be read', async () => {
  // No page of the app's, which would be waited for: it might be about to compute.
  await page.goto(`${site.url}/else.html`);
  await register();
  await page.evaluate(
    name =>
      new Promise<void>((resolve, reject) => {
        // As a newer build leaves it: this one's service worker cannot open it.
        const opening = indexedDB.open(name, 1_000_000);
        opening.onsuccess = () => resolve(opening.result.close());
        opening.onerror = () => reject(new Error(String(opening.error)));
      }),
    databaseName,
  );
  const ready = await text('/v2/health/ready');
  expect(JSON.parse(ready!.body)).toMatchObject({ code: 'NothingComputes' });
  expect(site.requests).not.toContain('/v2/health/ready');
});

test('is not started by what is the network’s business anyway', async () => {
  await page.goto(site.url);
  await register();
  site.files.set('/registry/v1/models', { type: 'application/json', body: '[]' });
  expect(await text('/registry/v1/models')).toEqual({ status: 200, body: '[]' });
  await text('/assets/app-one.js');
  const routed = (path: string) =>
    page.evaluate(
      name =>
        performance
          .getEntriesByType('resource')
          .filter(({ name: address }) => address.endsWith(name))
          .map(entry => (entry as { workerMatchedSourceType?: string }).workerMatchedSourceType),
      path,
    );
  expect(await routed('/registry/v1/models')).toEqual(['network']);
  expect(await routed('/assets/app-one.js')).toEqual(['']);
});

test('does without rules for what is the network’s where there are none', async () => {
  runBefore('delete InstallEvent.prototype.addRoutes;');
  const said: string[] = [];
  page.context().on('console', message => said.push(message.text()));
  await page.goto(site.url);
  await page.evaluate(registeredAndActive);
  site.files.set('/registry/v1/models', { type: 'application/json', body: '[]' });
  expect(await text('/registry/v1/models')).toEqual({ status: 200, body: '[]' });
  expect(said.filter(line => line.startsWith('haversack:'))).toEqual([]);
});

// As in Firefox, while a thread of ONNX Runtime sleeps in a worker of the page.
test('is active although not all that it takes over have answered', async () => {
  runBefore('Clients.prototype.claim = () => new Promise(() => undefined);');
  await page.goto(site.url);
  await page.evaluate(registeredAndActive);
});

test('keeps no runtime file that nobody asked it to keep', async () => {
  await page.goto(site.url);
  await register();
  expect(await text('/assets/ort-one.wasm')).toEqual({ status: 200, body: 'one' });
  expect(await keptPaths()).toEqual([]);
});

test('a new build waits for the user; then it brings the runtime along and drops the old one', async () => {
  await page.goto(site.url);
  await register();
  await keepRuntime(['/assets/ort-one.wasm']);
  deploy(site, 'two');
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const { installing } = registration;
    while (installing && installing.state === 'installing') {
      await new Promise(resolve => {
        installing.addEventListener('statechange', resolve, { once: true });
      });
    }
  });
  await page.reload();
  expect(await page.title()).toBe('one');
  expect(await text('/assets/ort-one.wasm')).toEqual({ status: 200, body: 'one' });

  await page.evaluate(async () => {
    const taken = new Promise(resolve => {
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
    });
    (await navigator.serviceWorker.ready).waiting?.postMessage({ type: 'SKIP_WAITING' });
    await taken;
  });
  await site.stop();
  await page.reload();
  expect(await page.title()).toBe('two');
  expect(await text('/assets/ort-two.wasm')).toEqual({ status: 200, body: 'two' });
  expect(await keptPaths()).toEqual(['/assets/ort-two.wasm', '/runtime.json']);
});

test('isolates the page where its host sends no headers, so that threads work there too', async () => {
  const bare = await serve({});
  try {
    deploy(bare, 'one');
    await page.goto(bare.url);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await register();
    await page.reload();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  } finally {
    await bare.stop();
  }
});
