// The whole server behind front processes: the protocol's conformance, the access table, limits, and what happens when one of the
// processes dies. Real processes of the built server.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'undici';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverConfig } from '../../../scripts/build.mjs';
import { accessTable } from '../../../server/gateway/access.ts';
import { oidcSettingsSchema } from '../../../server/gateway/oidc-settings.ts';
import { filled, placeOf } from '../../../server/docs/route-path.ts';
import { describeProtocol } from '../../protocol/conformance.ts';
import { conformanceModels } from '../../protocol/conformance-models.ts';
import { expectedOf, makeCallers, type TestCaller } from '../gateway/callers.ts';
import { startIssuer } from '../gateway/issuer.ts';
import { classifier, push } from '../models.ts';
import { startServer, temporaryFolder } from '../support.ts';
import { ask, type Cluster, startCluster } from './cluster.ts';
import { describeFaults } from './faults.ts';
import { describeLimits } from './limits.ts';

const built = join(process.cwd(), '.cache', `test-cluster-${process.pid}`);
const endings: (() => void | Promise<void>)[] = [rmBuilt];
const atEnd = (end: () => void | Promise<void>) => void endings.unshift(end);
let cluster: Cluster;
/** Connections enough to come to all fronts. */
let pool: Pool;
let callers: readonly TestCaller[];

function rmBuilt(): void {
  rmSync(built, { recursive: true, force: true });
}

beforeAll(async () => {
  const building = build(serverConfig(built, ['main', 'front', 'check-process', 'session-thread']));
  const data = temporaryFolder(atEnd);
  const issuer = await startIssuer(atEnd);
  const oidc = oidcSettingsSchema.parse({ issuer: issuer.url, audience: issuer.audience });
  // Keys that are to be over must have been made before: this one's clock is a day and an hour behind, and comes up with ours.
  let behindMs = 25 * 60 * 60_000;
  const server = await startServer({ data, oidc, now: () => new Date(Date.now() - behindMs) }, atEnd);
  for (const [name, { file, interface: its, labels }] of Object.entries(conformanceModels)) {
    const pushed = await push(server, name, file, { interface: its, ...(labels && { labels }) });
    expect([name, pushed.status, pushed.json['detail']]).toEqual([name, 201, undefined]);
  }
  expect((await push(server, 'sides', classifier())).status).toBe(201);
  callers = await makeCallers(server, issuer, ms => (behindMs -= ms));
  await server.close();
  await building;
  cluster = await startCluster(built, { data, oidc, host: '0.0.0.0' }, atEnd);
  pool = new Pool(cluster.url, { connections: 12 });
  atEnd(() => pool.destroy());
}, 120_000);

afterAll(async () => {
  for (const end of endings) await end();
});

describeProtocol('a cluster', async ({ method, path, headers, body }) => {
  const given = await ask(pool, method, path, { headers, body: body && Buffer.from(body) });
  return {
    status: given.status,
    headers: Object.fromEntries(Object.entries(given.headers).map(([name, value]) => [name, String(value)])),
    body: new Uint8Array(given.bytes),
  };
});

describe('access, behind fronts', () => {
  const values = { model: 'nothing', version: '1', alias: 'production', path: 'nothing.txt' };
  const digest = 'a'.repeat(64);

  it.each(Object.entries(accessTable))('%s lets in who may %s, and nobody else', async (route, right) => {
    const { method, path } = placeOf(route);
    // A stream has no end; its door is the same.
    const asked = path.endsWith('/events') ? 'HEAD' : method;
    const got = await Promise.all(
      callers.map(async ({ name, address, token }) => {
        const isHere = address === '127.0.0.1';
        const headers = {
          'content-type': 'application/json',
          // Who asks through somebody is not here: the gate has the same word for both.
          ...(isHere ? {} : { 'x-forwarded-for': address }),
        };
        const { status } = await ask(pool, asked, filled(path, { ...values, digest, id: digest }), {
          token,
          headers,
          // Nothing that any of them takes.
          body: method === 'GET' ? undefined : '{"former":"neither"}',
        });
        return [name, status === 401 || status === 403 ? status : 'in'];
      }),
    );
    const wanted = callers.map(caller => [caller.name, expectedOf(caller, right, route.includes(':model'))]);
    expect(got).toEqual(wanted);
  });
});

describeLimits(() => cluster);
describeFaults(built);
