// How the app and its worker are built and served in development: hashed assets, ES module workers, ONNX Runtime's files
// untouched, and `runtime.json`, the list of files that each way of computing needs offline.
import preact from '@preact/preset-vite';
import { createReadStream } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

/** Without isolation there is no SharedArrayBuffer, and ONNX Runtime has one thread. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

type RuntimeKind = 'wasm' | 'webgpu' | 'tfjs';
type RuntimeFiles = Record<RuntimeKind, string[]>;

/** Which kind of computing a chunk of the worker is for, by the modules in it. */
function kindOfChunk(moduleIds: readonly string[]): RuntimeKind {
  const has = (pattern: RegExp) => moduleIds.some(id => pattern.test(id));
  if (has(/node_modules\/@tensorflow\//) || has(/src\/tfjs\//)) return 'tfjs';
  if (has(/onnxruntime-web\/dist\/ort\.webgpu/)) return 'webgpu';
  return 'wasm';
}

/** Writes `/runtime.json`: the hashed addresses of the worker's chunks and of ONNX Runtime's files, by kind. */
function runtimeFiles(): { app: Plugin; worker: () => Plugin } {
  const chunks = new Map<string, RuntimeKind>();
  const empty: RuntimeFiles = { wasm: [], webgpu: [], tfjs: [] };
  return {
    worker: () => ({
      name: 'haversack:worker-chunks',
      generateBundle(_options, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type === 'chunk') chunks.set(basename(file.fileName), kindOfChunk(file.moduleIds));
        }
      },
    }),
    app: {
      name: 'haversack:runtime-files',
      async writeBundle(options) {
        const folder = options.dir!;
        const files = structuredClone(empty);
        for (const name of (await readdir(join(folder, 'assets'))).sort()) {
          const kind = /^ort-wasm-.*\.(wasm|mjs)$/.test(name)
            ? /asyncify/.test(name)
              ? 'webgpu'
              : 'wasm'
            : chunks.get(name);
          if (kind) files[kind].push(`/assets/${name}`);
        }
        await writeFile(join(folder, 'runtime.json'), JSON.stringify(files, null, 1));
      },
      configureServer(server) {
        server.middlewares.use('/runtime.json', (_request, response) => {
          response.setHeader('Content-Type', 'application/json').end(JSON.stringify(empty));
        });
      },
    },
  };
}

/**
 * In development Vite would rewrite the glue, which starts its threads from its own address (`new URL(import.meta.url)`);
 * it is to be served as it is.
 */
export function rawRuntime(): Plugin {
  return {
    name: 'haversack:raw-runtime',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const match = /\/node_modules\/onnxruntime-web\/dist\/(ort-wasm-[\w.-]+\.mjs)(?:\?|$)/.exec(
          request.url ?? '',
        );
        if (!match || /[?&]url\b/.test(request.url ?? '')) return next();
        for (const [name, value] of Object.entries(isolationHeaders)) response.setHeader(name, value);
        response.setHeader('Content-Type', 'text/javascript');
        createReadStream(join(server.config.root, 'node_modules/onnxruntime-web/dist', match[1]!)).pipe(
          response,
        );
      });
    },
  };
}

const runtime = runtimeFiles();

export default defineConfig({
  plugins: [preact(), rawRuntime(), runtime.app],
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions] },
  worker: { format: 'es', plugins: () => [runtime.worker()] },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    // An inlined file would be a data: address, which the Content-Security-Policy forbids.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4096,
    reportCompressedSize: false,
  },
  optimizeDeps: { exclude: ['onnxruntime-web', 'onnxruntime-web/wasm', 'onnxruntime-web/webgpu'] },
  server: { headers: isolationHeaders },
});
