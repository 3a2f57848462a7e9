// Tests: `unit` in Node, the browser tests twice in a real Chromium (with WebGPU by the software adapter, and without), and
// `e2e`, which drives Chromium against the real server. Besides them `firefox` (`npm run firefox`), `screens`, and what measures
// for the docs.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import preact from '@preact/preset-vite';
import { defineConfig } from 'vitest/config';
import type { BrowserCommandContext } from 'vitest/node';
import { chromiumArguments, findChromium } from './scripts/chromium.mjs';

/** All that a browser test may import: met later, they would make Vite reload the page in the middle of a test. */
const bundledDependencies = [
  '@bufbuild/protobuf',
  '@noble/ed25519',
  '@preact/signals',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-webgl',
  '@tensorflow/tfjs-backend-webgpu',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  'canonicalize',
  'comlink',
  'eventsource-parser',
  'fflate',
  'idb',
  'jose',
  'onnx-buf',
  'papaparse',
  'preact',
  'preact/hooks',
  'preact/jsx-runtime',
  'preact/jsx-dev-runtime',
  'uplot',
  'workbox-precaching/PrecacheController.js',
  'workbox-window',
  'zod',
];

type WeightsInNode = (task: string) => Promise<Record<string, number[]>>;

/** Called by a browser test and run here, in the server: what Node makes of the same. */
async function weightsInNode({ project }: BrowserCommandContext, task: string): ReturnType<WeightsInNode> {
  const path = new URL('test/core/train/known-results/weights-in-node.ts', import.meta.url).pathname;
  return (await project.import<{ weightsInNode: WeightsInNode }>(path)).weightsInNode(task);
}

type OptimizeGraph = (file: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/** The model at a path of the project as the server optimises it, in base64. */
async function optimizedInNode({ project }: BrowserCommandContext, path: string): Promise<string> {
  const module = new URL('server/inference/optimize-graph.ts', import.meta.url).pathname;
  const { optimizeGraph } = await project.import<{ optimizeGraph: OptimizeGraph }>(module);
  const file = new Uint8Array(await readFile(new URL(path, import.meta.url)));
  return Buffer.from(await optimizeGraph(file)).toString('base64');
}

/** The device's store, the client library, microphones, and what runs or learns on WASM compute nothing on a GPU. */
const onceIsEnough = [
  'test/device/**',
  'test/sdk/**',
  'test/app/state/microphone.browser.test.ts',
  'test/app/{page,parts}/{asks-photo,drawn-pictures}.browser.test.tsx',
  'test/app/screens/new-drawing.browser.test.tsx',
  'test/app/screens/{new-sound,new-row,last-layers}.browser.test.tsx',
  'test/app/state/last-layers.browser.test.ts',
  'test/worker/{ort,{,sound-,row-}project}.browser.test.ts',
  'test/worker/project-blocks.browser.test.ts',
];

function browserProject(
  name: 'webgpu' | 'plain' | 'measure-browser',
  include = 'test/**/*.browser.test.{ts,tsx}',
) {
  return {
    plugins: [preact()],
    optimizeDeps: {
      exclude: ['onnxruntime-web', 'onnxruntime-web/wasm', 'onnxruntime-web/webgpu'],
      include: bundledDependencies,
    },
    server: {
      headers: {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      },
    },
    test: {
      name,
      include: [include],
      setupFiles: ['test/empty-store.setup.ts'],
      // Its own patience ends after a second; a machine under load needs more.
      expect: { poll: { timeout: 25_000 } },
      exclude: name === 'webgpu' ? onceIsEnough : [],
      testTimeout: 60_000,
      hookTimeout: 60_000,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: {
            executablePath: findChromium(),
            args: chromiumArguments({ webgpu: name !== 'plain' }),
          },
        }),
        commands: { weightsInNode, optimizedInNode },
        instances: [{ browser: 'chromium' as const }],
      },
    },
  };
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          // Each of two processes would use every core, and wait for the other's threads by turning round and round.
          alias: {
            'onnxruntime-node': fileURLToPath(new URL('test/one-thread-runtime.ts', import.meta.url)),
          },
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.browser.test.*', 'test/e2e/**'],
          // Loading what they import was two fifths of what they took.
          isolate: false,
          setupFiles: ['test/shared-process.setup.ts'],
          testTimeout: 30_000,
          expect: { poll: { timeout: 25_000 } },
        },
      },
      browserProject('webgpu'),
      browserProject('plain'),
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['test/e2e/**/*.e2e.test.ts'],
          globalSetup: ['test/e2e/support/temporary.ts'],
          testTimeout: 240_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'firefox',
          environment: 'node',
          include: ['test/firefox/*.firefox.ts'],
          globalSetup: ['test/e2e/support/temporary.ts'],
          testTimeout: 240_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'measure',
          environment: 'node',
          include: ['test/**/*.measure.ts'],
        },
      },
      browserProject('measure-browser', 'test/**/*.measure.browser.ts'),
      {
        test: {
          name: 'screens',
          environment: 'node',
          include: ['test/e2e/screens.shots.ts'],
          globalSetup: ['test/e2e/support/temporary.ts'],
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
