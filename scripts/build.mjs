// Builds `dist/`: the app, its service worker and the server. Whole or not at all: written beside and renamed, and only
// when a source has changed since.
import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { licencesOf, notePackages } from './licences.mjs';
import { ensureInstalled, root, say } from './setup.mjs';
import { withoutJsonSchema } from './without-json-schema.mjs';

const dist = join(root, 'dist');
const stampFile = join(dist, '.stamp');

/** What the build depends on. */
const sources = [
  'src',
  'server',
  'public',
  'scripts/build.mjs',
  'scripts/build-client.mjs',
  'scripts/compress.mjs',
  'scripts/licences.mjs',
  'scripts/without-json-schema.mjs',
  'index.html',
  'vite.config.ts',
  'package.json',
  'package-lock.json',
];

/** Beside the app's own chunks and styles, what the app needs to start without a network. */
const shellExtras = [
  'index.html',
  'manifest.webmanifest',
  'runtime.json',
  'assets/listener-*.js',
  'icons/**',
  'favicon*',
  'twin.js',
  'embed.js',
  'page/*',
];
const maxShellFileBytes = 1 << 20;
const abandonedAfterMs = 30 * 60_000;

/** Names, sizes and times of all sources, as one digest: reading their content would take longer than starting. */
function fingerprint() {
  const hash = createHash('sha256').update(process.version);
  const visit = path => {
    const full = join(root, path);
    if (!existsSync(full)) return;
    const info = statSync(full);
    if (info.isDirectory()) {
      for (const name of readdirSync(full).sort()) visit(join(path, name));
    } else {
      hash.update(`${path}\0${info.size}\0${info.mtimeMs}\0`);
    }
  };
  sources.forEach(visit);
  return hash.digest('hex');
}

/** @returns {boolean} whether `dist/` was built from the sources as they are */
export function isBuilt() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === fingerprint();
}

/** @returns {Promise<string[]>} files of the app's own, which make its shell */
async function buildApp(vite, outDir) {
  const built = await vite.build({
    root,
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true },
  });
  const { output } = Array.isArray(built) ? built[0] : built;
  return output
    .filter(file => file.type === 'chunk' || /\.(css|svg|png|woff2)$/.test(file.fileName))
    .map(file => file.fileName);
}

/**
 * Modules at addresses that others know: `/twin.js`, which makes any page of the origin a host of the offline twin, and the
 * script of the frame that other origins embed. Each whole in one file: what they share with the app is not the app's shell.
 */
async function buildOutside(vite, outDir) {
  for (const [name, input] of [
    ['twin.js', 'src/app/twin/standalone.ts'],
    ['embed.js', 'src/app/twin/embed.ts'],
  ]) {
    await vite.build({
      root,
      configFile: false,
      publicDir: false,
      logLevel: 'warn',
      plugins: [withoutJsonSchema()],
      build: {
        outDir,
        emptyOutDir: false,
        target: 'es2022',
        modulePreload: false,
        reportCompressedSize: false,
        rollupOptions: {
          input: join(root, input),
          preserveEntrySignatures: 'strict',
          output: { format: 'es', entryFileNames: name, codeSplitting: false },
        },
      },
    });
  }
}

/**
 * What an exported page is made of (`src/core/page/compose-page.ts`): classic scripts, each whole in one file, for a page that is
 * opened as a file loads no modules. ONNX Runtime's binary is not among them: the app has it already.
 */
async function buildPage(vite, outDir) {
  const { default: preact } = await import('@preact/preset-vite');
  const packages = new Set();
  for (const [name, input] of [
    ['photo', 'src/app/page/photo.tsx'],
    ['sound', 'src/app/page/sound.tsx'],
    ['sample', 'src/app/page/sample.tsx'],
    ['runtime', 'src/app/page/runtime.ts'],
  ]) {
    await vite.build({
      root,
      configFile: false,
      publicDir: false,
      logLevel: 'warn',
      // Beside the page, wherever that is.
      base: './',
      plugins: [preact(), withoutJsonSchema(), withoutBinaries, notePackages(packages)],
      // The runtime has all it loads in it or brought to it. An address of a page that was opened as a file it resolves against the
      // page's origin, which Firefox calls "null" (HTML, section 7.1.1: opaque), and does not start.
      define: { 'import.meta.url': name === 'runtime' ? 'undefined' : 'document.baseURI' },
      worker: { rollupOptions: { output: { entryFileNames: '[name].js' } } },
      build: {
        outDir: join(outDir, 'page'),
        emptyOutDir: false,
        target: 'es2022',
        modulePreload: false,
        cssCodeSplit: false,
        assetsInlineLimit: 0,
        reportCompressedSize: false,
        rollupOptions: {
          // A classic script has none; what asks for it looks for files that are brought by another.
          checks: { emptyImportMeta: false },
          input: join(root, input),
          output: {
            format: 'iife',
            entryFileNames: `${name}.js`,
            // The same style for all.
            assetFileNames: 'page[extname]',
            codeSplitting: false,
          },
        },
      },
    });
  }
  writeFileSync(join(outDir, 'page', 'LICENSES.txt'), licencesOf(packages));
}

/** ONNX Runtime names its binary as a file of its own, which is beside the app already. */
const withoutBinaries = {
  name: 'haversack:without-binaries',
  generateBundle(_options, bundle) {
    for (const name of Object.keys(bundle)) if (name.endsWith('.wasm')) delete bundle[name];
  },
};

/** What is warned of there (`import.meta`, `eval`, what cannot be resolved) fails in it, where nobody sees it. */
function refuseWarnings(level, { message }) {
  if (level === 'warn') throw new Error(`The service worker: ${message}`);
}

async function buildServiceWorker(vite, outDir, shell) {
  const staging = `${outDir}-sw`;
  await vite.build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: [withoutJsonSchema()],
    // As in any build but a library's.
    define: { 'process.env.NODE_ENV': JSON.stringify('production') },
    build: {
      outDir: staging,
      target: 'es2022',
      reportCompressedSize: false,
      // A library has no page: none of what Vite puts around `import()` for one, which asks for `document` and `import.meta`.
      lib: { entry: join(root, 'src/sw/main.ts'), formats: ['iife'], name: 'serviceWorker' },
      rollupOptions: {
        onLog: refuseWarnings,
        // A classic script, for module service workers are younger than the browsers we serve; what it imports later is in it.
        output: { format: 'iife', entryFileNames: 'sw.js', codeSplitting: false },
      },
    },
  });
  const { injectManifest } = await import('workbox-build');
  const { warnings } = await injectManifest({
    swSrc: join(staging, 'sw.js'),
    swDest: join(outDir, 'sw.js'),
    globDirectory: outDir,
    globPatterns: [...shell, ...shellExtras],
    dontCacheBustURLsMatching: /^assets\//,
    maximumFileSizeToCacheInBytes: maxShellFileBytes,
  });
  // Workbox leaves out what is too large with no more than a warning; the app would then not start offline.
  const serious = warnings.filter(warning => /too large|exceeds|maximum/i.test(warning));
  if (serious.length > 0) throw new Error(serious.join('\n'));
  rmSync(staging, { recursive: true, force: true });
}

/** Packages of many small files: bundled, the server starts without looking for each of them. */
const bundledPackages = ['commander', 'eventsource-parser', 'jose', 'kysely', 'zod'];

const serverPrograms = {
  main: 'server/main.ts',
  cli: 'server/cli/main.ts',
  'check-process': 'server/registry/check-process.ts',
  'session-thread': 'server/inference/session-thread.ts',
  front: 'server/cluster/front.ts',
};

/**
 * The server as plain JavaScript; its other dependencies stay in node_modules.
 * @param {string} outDir
 * @param {readonly string[]} programs
 */
export function serverConfig(outDir, programs = Object.keys(serverPrograms)) {
  return {
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: bundledPackages },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      reportCompressedSize: false,
      rollupOptions: {
        input: Object.fromEntries(programs.map(name => [name, join(root, serverPrograms[name])])),
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  };
}

async function step(name, work) {
  const started = Date.now();
  say(`  ${name} …`);
  const result = await work();
  say(`  ${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

/** What builds that were killed have left. One that runs beside this one is younger. */
function removeLeftovers() {
  const cache = join(root, '.cache');
  for (const name of existsSync(cache) ? readdirSync(cache) : []) {
    const path = join(cache, name);
    if (!/^dist-/.test(name) || Date.now() - statSync(path).mtimeMs < abandonedAfterMs) continue;
    rmSync(path, { recursive: true, force: true });
  }
}

async function build() {
  removeLeftovers();
  // Whoever starts us may be a test, with a NODE_ENV of its own; Vite would build a development app then.
  process.env.NODE_ENV = 'production';
  // Before anything is read: a source that is saved meanwhile makes the result stale, not wrong.
  const stamp = fingerprint();
  const staging = join(root, `.cache/dist-${randomUUID()}`);
  mkdirSync(staging, { recursive: true });
  try {
    // Only now: on the first start no package is there before they are installed.
    const vite = await import('vite');
    const { buildClient } = await import('./build-client.mjs');
    const { compressFolder } = await import('./compress.mjs');
    const app = join(staging, 'app');
    say('Building …');
    const shell = await step('app', () => buildApp(vite, app));
    await step('twin and frame', () => buildOutside(vite, app));
    await step('page', () => buildPage(vite, app));
    await step('service worker', () => buildServiceWorker(vite, app, shell));
    // A page of the server's own loads it from there, too.
    await step('client', () => buildClient(vite, join(staging, 'client'), join(app, 'client')));
    await step('server', () => vite.build(serverConfig(join(staging, 'server'))));
    await step('compressed copies', () => compressFolder(app, join(root, '.cache/compressed'), showProgress));
    writeFileSync(join(staging, '.stamp'), stamp);
    replace(staging, dist);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function showProgress(done, all) {
  if (process.stderr.isTTY) process.stderr.write(`\r    ${done} of ${all}${done === all ? '\n' : ''}`);
}

/** Two renames: between them there is no `dist/`, which counts as not built. */
function replace(staging, target) {
  const old = `${staging}-old`;
  try {
    if (existsSync(target)) renameSync(target, old);
    renameSync(staging, target);
  } catch (error) {
    // Another process built the same at the same time, and was first.
    if (!isBuilt()) throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

/**
 * Builds where `dist/` is not up to date. Progress goes to stderr.
 * @returns {Promise<boolean>} whether anything was built
 */
export async function ensureBuilt() {
  if (isBuilt()) return false;
  await build();
  return true;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await ensureInstalled();
  if (!(await ensureBuilt())) say('dist/ is up to date.');
}
