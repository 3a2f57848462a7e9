// `npm run demo:train [-- MODEL …]`: bundles demo/train.ts and trains the demo models, or those named, into demo/models.
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundleFolder = join(root, '.cache', 'demo');

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  build: {
    ssr: join(root, 'demo', 'train.ts'),
    outDir: bundleFolder,
    emptyOutDir: true,
    target: 'node20',
    rollupOptions: { output: { entryFileNames: 'train.mjs', chunkFileNames: '[name].mjs' } },
  },
});
const { trainDemo } = await import(pathToFileURL(join(bundleFolder, 'train.mjs')).href);
await trainDemo(join(root, 'demo'), join(root, 'demo', 'models'), process.argv.slice(2), line =>
  console.log(line),
);
