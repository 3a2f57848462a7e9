// The balancer in a real server, before a second real server.
import { describe, expect, it } from 'vitest';
import { classifier, push } from '../models.ts';
import { startServer, type TestServer } from '../support.ts';

const body = { inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32', data: [1, 0] }] };

async function listening(server: TestServer): Promise<string> {
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${(server.app.server.address() as { port: number }).port}`;
}

describe('a model that only another server has', () => {
  it('is answered, described, ready and listed', async () => {
    const engine = await startServer();
    await push(engine, 'sides', classifier());
    process.env['HAVERSACK_UPSTREAM_SIDES'] = engine.key;
    const url = await listening(engine);
    const front = await startServer();
    const added = await front.ask('POST', 'upstreams', {
      token: front.key,
      body: { model: 'far', url, upstreamModel: 'sides', keyVariable: 'HAVERSACK_UPSTREAM_SIDES' },
    });
    expect(added.json).toMatchObject({ live: { health: 'up', binary: true } });
    const answer = await front.ask('POST', '/v2/models/far/infer', { body });
    expect(answer.json).toMatchObject({ model_name: 'far', model_version: '1' });
    expect(answer.headers['haversack-answered-by']).toMatch(/^upstream;/);
  });
});
