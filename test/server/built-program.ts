// A program of the server's own, as it is built: neither a process nor a thread can be started from source.
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'vite';

/**
 * Below the project, so that it finds the packages. Removed when the hook `atEnd` runs.
 * @param source below `server/`
 */
export async function buildProgram(
  source: string,
  atEnd: (clean: () => Promise<void>) => void,
): Promise<string> {
  const root = join(import.meta.dirname, '../..');
  const name = basename(source, '.ts');
  const outDir = join(root, '.cache', `${name}-${randomUUID()}`);
  atEnd(() => rm(outDir, { recursive: true, force: true }));
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: { ssr: join(root, 'server', source), outDir, target: 'node20', minify: false },
  });
  return join(outDir, `${name}.js`);
}

export const checkProcessSource = 'registry/check-process.ts';
