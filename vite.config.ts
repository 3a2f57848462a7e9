// How the app and its worker are built and served in development: hashed assets, ES module workers, ONNX Runtime's files
// untouched, and `runtime.json`, the list of files that each way of computing needs offline.
import preact from '@preact/preset-vite';
import { createReadStream } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { defaultClientConditions, defineConfig, type Plugin, type Rolldown } from 'vite';
import { withoutJsonSchema } from './scripts/without-json-schema.mjs';

/** Without isolation there is no SharedArrayBuffer, and ONNX Runtime has one thread. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

type RuntimeKind = 'wasm' | 'webgpu' | 'tfjs';
type RuntimeFiles = Record<RuntimeKind, string[]>;

/** A chunk of the worker's bundle, by its file name without the folder. */
interface WorkerChunk {
  readonly isEntry: boolean;
  readonly reaches: readonly string[];
  /** By the modules in it; null where it is for all kinds. */
  readonly kind: 'webgpu' | 'tfjs' | null;
}

function kindOfModules(ids: readonly string[]): WorkerChunk['kind'] {
  const has = (pattern: RegExp) => ids.some(id => pattern.test(id));
  if (has(/node_modules\/@tensorflow\//) || has(/src\/tfjs\//)) return 'tfjs';
  return has(/onnxruntime-web\/dist\/ort\.webgpu/) ? 'webgpu' : null;
}

function isMlWorker(file: Rolldown.OutputChunk | Rolldown.OutputAsset): boolean {
  return file.type === 'chunk' && (file.facadeModuleId?.endsWith('/src/worker/main.ts') ?? false);
}

/** What the worker reaches without TensorFlow.js is for `wasm`, the other training engine too, but for the WebGPU build. */
function kindsOfChunks(chunks: ReadonlyMap<string, WorkerChunk>): Map<string, RuntimeKind> {
  const kinds = new Map<string, RuntimeKind>();
  const visit = (name: string): void => {
    const chunk = chunks.get(name);
    if (!chunk || kinds.has(name) || chunk.kind === 'tfjs') return;
    kinds.set(name, chunk.kind ?? 'wasm');
    chunk.reaches.forEach(visit);
  };
  for (const [name, chunk] of chunks) if (chunk.isEntry) visit(name);
  for (const name of chunks.keys()) if (!kinds.has(name)) kinds.set(name, 'tfjs');
  return kinds;
}

/** ONNX Runtime's own files, which are no chunks. */
function kindOfOrtFile(name: string): RuntimeKind | undefined {
  if (!/^ort[-.]wasm[-.].*\.(wasm|mjs)$/.test(name)) return undefined;
  return name.includes('asyncify') ? 'webgpu' : 'wasm';
}

/** Writes `/runtime.json`: the hashed addresses of the worker's chunks and of ONNX Runtime's files, by kind. */
function runtimeFiles(): { app: Plugin; worker: () => Plugin } {
  const chunks = new Map<string, WorkerChunk>();
  const empty: RuntimeFiles = { wasm: [], webgpu: [], tfjs: [] };
  return {
    worker: () => ({
      name: 'haversack:worker-chunks',
      generateBundle(_options, bundle) {
        // What listens to a microphone is bundled as a worker too, and is a file of the shell.
        if (!Object.values(bundle).some(isMlWorker)) return;
        for (const file of Object.values(bundle)) {
          if (file.type !== 'chunk') continue;
          chunks.set(basename(file.fileName), {
            isEntry: file.isEntry,
            reaches: [...file.imports, ...file.dynamicImports].map(name => basename(name)),
            kind: kindOfModules(file.moduleIds),
          });
        }
      },
    }),
    app: {
      name: 'haversack:runtime-files',
      async writeBundle(options) {
        const folder = options.dir!;
        const files = structuredClone(empty);
        const kinds = kindsOfChunks(chunks);
        for (const name of (await readdir(join(folder, 'assets'))).sort()) {
          const kind = kindOfOrtFile(name) ?? kinds.get(name);
          if (kind) files[kind].push(`/assets/${name}`);
        }
        // For pages that are none of the app's and compute as well (`/twin.js`).
        const entry = [...chunks].find(([, chunk]) => chunk.isEntry)?.[0];
        const list = { worker: `/assets/${entry}`, ...files };
        await writeFile(join(folder, 'runtime.json'), JSON.stringify(list, null, 1));
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
  plugins: [preact(), rawRuntime(), withoutJsonSchema(), runtime.app],
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions] },
  worker: { format: 'es', plugins: () => [withoutJsonSchema(), runtime.worker()] },
  build: {
    target: 'es2022',
    modulePreload: {
      polyfill: false,
      // The list of what each later screen needs would be a hundredth of the shell; their scripts name it themselves.
      resolveDependencies: (_file, needed, { hostType }) =>
        hostType === 'html' ? needed : needed.filter(name => name.endsWith('.css')),
    },
    // An inlined file would be a data: address, which the Content-Security-Policy forbids.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4096,
    reportCompressedSize: false,
    rollupOptions: { checks: { pluginTimings: false } },
  },
  optimizeDeps: { exclude: ['onnxruntime-web', 'onnxruntime-web/wasm', 'onnxruntime-web/webgpu'] },
  server: {
    headers: isolationHeaders,
    watch: { ignored: ['**/.cache/**', '**/dist/**', '**/data/**', '**/screenshots/**'] },
  },
});
