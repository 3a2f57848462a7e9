// The documentation over HTTP: pages without scripts, and the OpenAPI document. Made when they are first asked for.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { parseRequest } from '../gateway/problem.ts';
import { docsQuerySchema } from './docs-query.ts';
import { errorsHtml } from './errors.ts';
import { metricsHtml } from './metrics.ts';
import type { OpenApi } from './openapi.ts';
import { style } from './page.ts';

/** @param version of this program */
export function registerDocs(app: FastifyInstance, version: string): void {
  let document: OpenApi | null = null;
  const described = async (): Promise<OpenApi> =>
    (document ??= (await import('./openapi.ts')).openApi(version));
  app.get('/docs', async (request, reply) => {
    const { q } = parseRequest(docsQuerySchema, request.query);
    const { referenceHtml } = await import('./reference.ts');
    return send(reply, 'text/html', referenceHtml(await described(), q));
  });
  app.get('/docs/openapi.json', async (_request, reply) =>
    send(reply, 'application/json', JSON.stringify(await described())),
  );
  app.get('/docs/errors', (_request, reply) => send(reply, 'text/html', errorsHtml()));
  app.get('/docs/metrics', (_request, reply) => send(reply, 'text/html', metricsHtml()));
  app.get('/docs/style.css', (_request, reply) => send(reply, 'text/css', style));
}

function send(reply: FastifyReply, type: string, content: string): FastifyReply {
  return reply
    .header('Content-Type', `${type}; charset=utf-8`)
    .header('Cache-Control', 'no-cache')
    .send(content);
}
