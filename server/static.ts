// The built app: fingerprinted files for ever, the rest asked for anew each time, and index.html for every address of it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { HaversackError } from '../src/core/errors.ts';
import { frameHeaders } from './gateway/headers.ts';
import { sendProblem } from './gateway/problem.ts';

const year = 'public, max-age=31536000, immutable';

/** The page that other origins embed, and its compressed copies. */
const framePage = /[\\/]embed\.html(?:\.br|\.gz)?$/;

/**
 * `folder` null: no app, only the API.
 * @param embedOrigins whose pages may embed the offline twin's frame
 */
export async function registerApp(
  app: FastifyInstance,
  folder: string | null,
  embedOrigins: readonly string[] = [],
): Promise<void> {
  const hasApp = folder !== null && existsSync(join(folder, 'index.html'));
  if (hasApp) {
    await app.register(fastifyStatic, {
      root: folder,
      preCompressed: true,
      cacheControl: false,
      setHeaders: (reply, path) => {
        void reply.header('Cache-Control', /[\\/]assets[\\/]/.test(path) ? year : 'no-cache');
        // Not kept: whose pages may embed it can change while its content does not.
        if (framePage.test(path))
          void reply.headers({ ...frameHeaders(embedOrigins), 'Cache-Control': 'no-store' });
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const isPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    const isApi = /^\/(registry|v1|v2)(\/|$)/.test(request.url.split('?')[0]!);
    if (hasApp && isPage && !isApi) return reply.sendFile('index.html');
    return sendProblem(
      new HaversackError('NotFound', `${request.method} ${request.url.slice(0, 200)}`),
      request,
      reply,
    );
  });
}
