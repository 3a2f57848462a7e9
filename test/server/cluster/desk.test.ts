// Primary and front in one process, over a link as theirs: what goes wrong behind it is in the log once, and told to whoever asked.
import { duplexPair } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Desk } from '../../../server/cluster/desk.ts';
import { CountedConnections, createFrontApp } from '../../../server/cluster/front-app.ts';
import { Primary } from '../../../server/cluster/primary.ts';
import { ConnectionCounts } from '../../../server/gateway/connections.ts';
import { createLogger } from '../../../server/telemetry/logger.ts';
import { createFamilies } from '../../../server/telemetry/metric-list.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import { classifier, push } from '../models.ts';
import { startServer } from '../support.ts';
import { irisLike } from './cluster.ts';

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly reqId?: string;
  readonly err?: { readonly stack: string };
}

/** A server, and a front of it whose log is the same. */
async function startBoth() {
  const lines: string[] = [];
  const logger = createLogger({ level: 'warn', destination: { write: line => void lines.push(line) } });
  const server = await startServer({ logger });
  expect((await push(server, 'sides', classifier())).status).toBe(201);
  const [here, there] = duplexPair();
  new Desk(here, {
    answering: server.answering,
    connections: new ConnectionCounts(1),
    log: logger,
    onTell: () => undefined,
    onGone: () => undefined,
  });
  const primary = new Primary(there, {
    onTell: () => undefined,
    onShut: () => undefined,
    onGone: () => undefined,
  });
  const front = await createFrontApp({
    settings: { host: '127.0.0.1', port: 0, tls: null, logLevel: 'warn', slowMs: 60_000, inner: '' },
    primary,
    connections: new CountedConnections(primary),
    families: createFamilies(),
    logger,
  });
  onTestFinished(async () => {
    await front.close();
    there.destroy();
  });
  return { server, apps: [server.app, front], logged: () => lines.map(line => JSON.parse(line) as Line) };
}

describe('what nobody expected', () => {
  it.each([
    ['unexpected error', new TypeError('broken inside')],
    ['internal error', new HaversackError('Internal', 'broken inside')],
  ])('is one line in the log, “%s”, with its stack, behind a front too', async (said, thrown) => {
    const { server, apps, logged } = await startBoth();
    vi.spyOn(server.answering.backend, 'infer').mockRejectedValue(thrown);
    for (const [nth, app] of apps.entries()) {
      const id = `asked-${nth}`;
      const answer = await app.inject({
        method: 'POST',
        url: '/v2/models/sides/infer',
        headers: { host: 'localhost:8787', 'x-request-id': id },
        payload: irisLike,
      });
      expect([answer.statusCode, answer.json()]).toEqual([
        500,
        expect.objectContaining({ code: 'Internal', requestId: id }),
      ]);
      const ofIt = logged().filter(({ reqId }) => reqId === id);
      expect(ofIt.map(({ level, msg }) => [level, msg])).toEqual([['error', said]]);
      expect(ofIt[0]!.err!.stack).toContain('broken inside');
    }
    expect(logged()).toHaveLength(apps.length);
  });

  it('is told from what a caller did wrong, which is in no log', async () => {
    const { apps, logged } = await startBoth();
    for (const app of apps) {
      const answer = await app.inject({
        method: 'POST',
        url: '/v2/models/absent/infer',
        headers: { host: 'localhost:8787' },
        payload: irisLike,
      });
      expect(answer.statusCode).toBe(404);
    }
    expect(logged()).toEqual([]);
  });
});
