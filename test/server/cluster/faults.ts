// When one of the processes dies, or all are to stop: who asks again loses nothing, and nothing is left behind.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Pool } from 'undici';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadCertificates } from '../../../server/lan/authority.ts';
import { classifier, push } from '../models.ts';
import { startServer, temporaryFolder } from '../support.ts';
import {
  ask,
  askJson,
  type Cluster,
  eachFront,
  frontPids,
  fronts,
  irisLike,
  isAlive,
  launch,
  startCluster,
  until,
} from './cluster.ts';

const infer = '/v2/models/sides/infer';
/** Where the system does not tell whose child a process is, none can be chosen to be killed. */
const tellsPids = process.platform === 'linux';

export function describeFaults(built: string): void {
  const folders: (() => void | Promise<void>)[] = [];
  let data = '';

  beforeAll(async () => {
    data = temporaryFolder(end => folders.push(end));
    const server = await startServer({ data }, () => undefined);
    expect((await push(server, 'sides', classifier())).status).toBe(201);
    await server.close();
    return async () => {
      for (const end of folders) await end();
    };
  });

  describe('a cluster of processes', () => {
    it.runIf(tellsPids)(
      'goes on when a front is killed: who asks again loses nothing',
      async () => {
        const cluster = await startCluster(built, { data });
        const keyed = new Client(cluster.url);
        onTestFinished(() => keyed.destroy());
        const made = await askJson(keyed, 'POST', '/registry/v1/keys', {
          token: cluster.key,
          body: { name: 'test', role: 'device', limits: { perMinute: null, atOnce: 8, perDay: null } },
        });
        const { key: token } = JSON.parse(made.bytes.toString()) as { key: string };
        const load = startLoad(cluster, 8, token);
        for (let kill = 0; kill < 3; kill++) {
          await load.more(40);
          const [victim] = frontPids(cluster);
          process.kill(victim!, 'SIGKILL');
          await until(() => !isAlive(victim!) || !frontPids(cluster).includes(victim!));
          await load.more(40);
          await until(() => frontPids(cluster).length === fronts);
        }
        const { statuses } = await load.stop();
        // Places of requests that died with their front were given back: else the key would have none left.
        expect(statuses).toEqual({ 200: expect.any(Number) });
        const client = new Client(cluster.url);
        onTestFinished(() => client.destroy());
        const metrics = (await ask(client, 'GET', '/metrics')).bytes.toString();
        const starts = [...metrics.matchAll(/^haversack_front_starts_total\{front="\d"\} (\d+)/gm)];
        const started = starts.map(([, count]) => Number(count)).reduce((sum, count) => sum + count);
        // None died but those that were killed; where one did, its log says of what.
        expect(started, cluster.said()).toBe(fronts + 3);
        expect(cluster.said()).toContain('a front process died');
      },
      120_000,
    );

    it.runIf(tellsPids)(
      'ends with its primary, at once',
      async () => {
        const cluster = await startCluster(built, { data });
        const pids = frontPids(cluster);
        expect(pids).toHaveLength(fronts);
        cluster.process.kill('SIGKILL');
        await until(() => pids.every(pid => !isAlive(pid)));
        // It left nothing behind that keeps another from starting.
        const next = await startCluster(built, { data, port: cluster.port });
        expect(next.port).toBe(cluster.port);
      },
      120_000,
    );

    it.runIf(tellsPids)(
      'is ended at once by a second signal, and leaves nothing behind',
      async () => {
        const temporary = temporaryFolder();
        vi.stubEnv('TMPDIR', temporary);
        onTestFinished(() => void vi.unstubAllEnvs());
        const cluster = await startCluster(built, { data, drainMs: 600_000 });
        const pids = frontPids(cluster);
        expect(pids).toHaveLength(fronts);
        expect(readdirSync(temporary)).toHaveLength(1);
        cluster.process.kill('SIGINT');
        await until(() => cluster.said().includes('Stopping'));
        cluster.process.kill('SIGINT');
        expect(await cluster.ended).toBe(130);
        await until(() => pids.every(pid => !isAlive(pid)));
        expect(readdirSync(temporary)).toEqual([]);
      },
      120_000,
    );

    it.runIf(refusesPorts()).each([0, fronts])(
      'says that a port is not for this user, by %i fronts',
      async workers => {
        const options = { host: '127.0.0.1', demo: false, lan: false, tls: null, workers };
        const through = process.getuid?.() === 0 ? withoutLowPorts : [];
        const refused = launch(
          built,
          { ...options, port: 1, data: temporaryFolder() },
          onTestFinished,
          through,
        );
        expect(await refused.ended, refused.said()).toBe(1);
        expect(refused.said()).toContain(
          'The server did not start.|This user may not open port 1.|Take one above 1023 with --port.',
        );
      },
      120_000,
    );

    it('ends what is under way when it is to stop, streams too, and says so before', async () => {
      const cluster = await startCluster(built, { data, drainMs: 200 });
      const [listener] = await eachFront(cluster);
      const stream = await listener!.request({ method: 'GET', path: '/registry/v1/events' });
      const load = startLoad(cluster, 8);
      await load.more(100);
      const heard = stream.body.text();
      cluster.process.kill('SIGTERM');
      expect(await cluster.ended).toBe(0);
      const { statuses, broken } = await load.stop();
      expect({ statuses, broken }).toEqual({ statuses: { 200: expect.any(Number) }, broken: 0 });
      expect(await heard).toMatch(/^retry: /);
    }, 120_000);

    it('speaks TLS where it takes the connections', async () => {
      const folder = temporaryFolder();
      const { authority } = await loadCertificates(folder, {
        now: new Date(),
        addresses: [],
        host: 'toolbox',
      });
      const tls = { cert: join(folder, 'leaf.pem'), key: join(folder, 'leaf-key.pem') };
      const cluster = await startCluster(built, { data, tls });
      expect(cluster.url).toMatch(/^https:/);
      const client = new Client(cluster.url, { connect: { ca: authority.certificate } });
      onTestFinished(() => client.destroy());
      expect((await ask(client, 'GET', '/v2/health/ready')).status).toBe(200);
      expect((await askJson(client, 'POST', infer, { body: irisLike })).status).toBe(200);
    }, 120_000);

    it('answers who sends too much before all of it is there, and says why it does not start', async () => {
      const cluster = await startCluster(built, { data });
      const client = new Client(cluster.url);
      onTestFinished(() => client.destroy());
      const body = Buffer.alloc(4 * 2 ** 20);
      const path = '/registry/v1/models/sides/file';
      const headers = { 'content-type': 'application/octet-stream', 'x-forwarded-for': '192.0.2.1' };
      expect((await ask(client, 'PUT', path, { headers, body })).status).toBe(401);
      // The answer overtakes the body, whichever is the quicker.
      for (let time = 0; time < 10; time++) {
        const tooLong = await ask(client, 'POST', '/registry/v1/devices', {
          headers: { 'content-type': 'application/json' },
          body: Buffer.alloc(2 ** 20, ' '),
        });
        expect(tooLong.status).toBe(413);
      }
      // The same connection, or another: it goes on.
      expect((await ask(client, 'GET', '/v2/health/live')).status).toBe(200);

      const socket = createServer();
      await new Promise<void>(resolve => socket.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => void socket.close());
      const { port } = socket.address() as { port: number };
      const options = { host: '127.0.0.1', demo: false, lan: false, tls: null, workers: fronts };
      const busy = launch(built, { ...options, port, data: temporaryFolder() });
      expect(await busy.ended).toBe(1);
      expect(busy.said()).toContain(`The server did not start.|Port ${port} is in use.|`);
    }, 120_000);
  });
}

/** Of `util-linux`: root without its right to ports below 1024. */
const withoutLowPorts = ['setpriv', '--bounding-set=-net_bind_service'];

/** Whether this system keeps low ports to root at all (Linux: `ip_unprivileged_port_start`). */
function refusesPorts(): boolean {
  const setting = '/proc/sys/net/ipv4/ip_unprivileged_port_start';
  if (existsSync(setting) && Number(readFileSync(setting, 'utf8')) > 1) return true;
  console.warn('! Ports below 1024 are anybody’s here: what is said where one is not is not tested.');
  return false;
}

/** Callers that ask one thing after the other, and again where a connection broke before the answer began. */
function startLoad(cluster: Cluster, callers: number, token?: string) {
  const pool = new Pool(cluster.url, { connections: callers });
  onTestFinished(() => pool.destroy());
  const statuses: Record<number, number> = {};
  let [answered, broken, stopped] = [0, 0, false];
  const one = async () => {
    const answer = await pool.request({
      method: 'POST',
      path: infer,
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(irisLike),
    });
    await answer.body.text().catch(() => (broken += 1));
    statuses[answer.statusCode] = (statuses[answer.statusCode] ?? 0) + 1;
    answered += 1;
  };
  const all = Array.from({ length: callers }, async () => {
    while (!stopped) {
      try {
        await one();
      } catch {
        // While no front is there, nobody takes connections.
        if (cluster.process.exitCode !== null) return;
        await sleep(1);
      }
    }
  });
  return {
    more: (count: number) => {
      const wanted = answered + count;
      return until(() => answered >= wanted);
    },
    stop: async () => {
      stopped = true;
      await Promise.all(all);
      return { statuses, broken };
    },
  };
}
