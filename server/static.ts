// The built app: fingerprinted files for ever, the rest asked for anew each time, and index.html for every address of it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { HaversackError } from '../src/core/errors.ts';
import { sendProblem } from './gateway/problem.ts';

const year = 'public, max-age=31536000, immutable';

/** `folder` null: no app, only the API. */
export async function registerApp(app: FastifyInstance, folder: string | null): Promise<void> {
  const hasApp = folder !== null && existsSync(join(folder, 'index.html'));
  if (hasApp) {
    await app.register(fastifyStatic, {
      root: folder,
      preCompressed: true,
      cacheControl: false,
      setHeaders: (reply, path) => {
        void reply.header('Cache-Control', /[\\/]assets[\\/]/.test(path) ? year : 'no-cache');
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
