// `npm run -s bench -- NAME [--json]`: sets up and builds what is missing (told on stderr), then runs bench/main.ts.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled, root } from './setup.mjs';

const outDir = join(root, '.cache/bench/runner');

async function bundle() {
  const { build } = await import('vite');
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      ssr: true,
      rollupOptions: {
        // Beside the runner what runs in a process of its own.
        input: {
          main: join(root, 'bench/main.ts'),
          'node-program': join(root, 'bench/peers/node-program.ts'),
          'load-program': join(root, 'bench/load/load-program.ts'),
        },
        output: { entryFileNames: '[name].js' },
      },
      outDir,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      reportCompressedSize: false,
    },
  });
}

const args = process.argv.slice(2);
await ensureInstalled();
// The list needs nothing built.
if (args.some(arg => !arg.startsWith('-'))) await ensureBuilt();
await bundle();
const { main } = await import(pathToFileURL(join(outDir, 'main.js')).href);
process.exitCode = await main(root, args);
