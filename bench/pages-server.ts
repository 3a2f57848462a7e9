// Builds the peers' pages as the app is built, and serves them from an origin of their own, isolated like the app's.
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { build, defaultClientConditions } from 'vite';
import type { Bytes } from '../src/core/artifact/digest.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export interface PagesServer {
  readonly url: string;
  close(): Promise<void>;
}

export interface Pages {
  /** Below `bench/pages`, without `.html`. */
  readonly names: readonly string[];
  /** Each is served at `/models/NAME`. */
  readonly models: ReadonlyMap<string, Bytes>;
  /** `kept`: for libraries that start workers from their functions' own text. */
  readonly identifiers: 'shortened' | 'kept';
}

export async function servePages(root: string, { names, models, identifiers }: Pages): Promise<PagesServer> {
  // Of its own, and of no bench that was ended before its time: what runs beside it builds other pages.
  const folder = await mkdtemp(join(tmpdir(), 'haversack-bench-pages-'));
  await buildPages(root, folder, names, identifiers);
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const model = models.get(path.replace('/models/', ''));
    if (model) response.writeHead(200, { ...isolation, 'Content-Length': model.length }).end(model);
    else void sendFile(response, join(folder, normalize(path)));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: async () => {
      await new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function buildPages(
  root: string,
  outDir: string,
  names: Pages['names'],
  identifiers: Pages['identifiers'],
): Promise<void> {
  const pages = join(root, 'bench/pages');
  await build({
    root: pages,
    configFile: false,
    logLevel: 'warn',
    resolve: { conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions] },
    worker: { format: 'es' },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      ...(identifiers === 'kept' && { minify: false }),
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 4096,
      reportCompressedSize: false,
      rolldownOptions: { input: names.map(name => join(pages, `${name}.html`)) },
    },
  });
}

async function sendFile(response: ServerResponse, path: string): Promise<void> {
  const info = await stat(path).catch(() => null);
  if (!info?.isFile()) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    ...isolation,
    'Content-Type': types[extname(path)] ?? 'application/octet-stream',
    'Content-Length': info.size,
    'Cache-Control': path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  createReadStream(path).pipe(response);
}
