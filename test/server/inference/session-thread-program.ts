// The thread that runs models as it is built for the server: a thread cannot be started from source.
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';

/** Below the project, so that it finds the packages. Removed when the hook `atEnd` runs. */
export async function buildSessionThread(atEnd: (clean: () => Promise<void>) => void): Promise<string> {
  const root = join(import.meta.dirname, '../../..');
  const outDir = join(root, '.cache', `session-thread-${randomUUID()}`);
  atEnd(() => rm(outDir, { recursive: true, force: true }));
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    build: { ssr: join(root, 'server/inference/session-thread.ts'), outDir, target: 'node20', minify: false },
  });
  return join(outDir, 'session-thread.js');
}
