// Tables that an admin puts for `POST /predict` to take rows from.
import type { FastifyInstance } from 'fastify';
import { maxTableBytes, type Datasets } from './datasets.ts';

export const datasetsPath = '/datasets';

export async function registerDatasetRoutes(app: FastifyInstance, datasets: Datasets): Promise<void> {
  app.get(datasetsPath, async () => ({ datasets: await datasets.list() }));
  app.delete<{ Params: { name: string } }>(`${datasetsPath}/:name`, async (request, reply) => {
    await datasets.remove(request.params.name);
    return reply.code(204).send();
  });
  // A scope of its own: a table comes as bytes.
  await app.register((scope, _, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      ['text/csv', 'text/plain'],
      { parseAs: 'buffer', bodyLimit: maxTableBytes },
      (_request, body, parsed) => parsed(null, body),
    );
    scope.put<{ Params: { name: string } }>(
      `${datasetsPath}/:name`,
      { bodyLimit: maxTableBytes },
      async request => {
        const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
        const put = await datasets.put(request.params.name, new Uint8Array(body));
        return { name: request.params.name, ...put };
      },
    );
    done();
  });
}
