// A server with a fleet of enrolled devices and two releases of a model: in this process, or in one of its own, as it is run.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { createServer as createProbe, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createServer } from '../../../server/app.ts';
import { AdminClient } from '../../../src/client/admin.ts';
import { commitBytes, newDevice, temporaryFolder, type TestDevice } from '../support.ts';

/** What a release weighs, in bytes. */
const releaseBytes = 256 * 1024;
export const model = 'digits';

export interface FleetServer {
  readonly url: string;
  /** The registry's, which devices have pinned. */
  readonly publicKey: string;
  readonly audience: string;
  readonly admin: AdminClient;
  readonly devices: readonly TestDevice[];
  /** The most that its process held while it served, in bytes; null where it has none of its own, or it is not told. */
  peakMemory(): number | null;
}

export async function startFleetServer(
  count: number,
  place: 'here' | 'own process',
  atEnd: (clean: () => void | Promise<void>) => void,
): Promise<FleetServer> {
  const data = temporaryFolder(atEnd);
  const prepared = await prepare(data, count);
  const { url, peakMemory } = place === 'here' ? await startHere(data, atEnd) : await startApart(data, atEnd);
  const key = readFileSync(`${data}/admin.key`, 'utf8').trim();
  const admin = new AdminClient({ baseUrl: url, token: () => Promise.resolve(key) });
  return { ...prepared, url, admin, peakMemory };
}

/** Devices that an admin would have let in one by one, and versions, straight into the folder. */
async function prepare(
  data: string,
  count: number,
): Promise<Pick<FleetServer, 'publicKey' | 'audience' | 'devices'>> {
  const server = await createServer({ data });
  try {
    const { registry } = server;
    for (let version = 1; version <= 3; version++) await commitBytes(server, model, noise());
    const devices = await Promise.all(Array.from({ length: count }, newDevice));
    const now = new Date().toISOString();
    await registry.database.transaction().execute(async transaction => {
      for (const [nth, { keyId, publicKey }] of devices.entries()) {
        await transaction
          .insertInto('devices')
          .values({
            id: keyId,
            public_key: publicKey,
            name: `phone ${nth + 1}`,
            status: 'approved',
            role: 'device',
            created_at: now,
            last_seen_at: null,
            groups: '[]',
            report: null,
          })
          .execute();
      }
    });
    const { publicKey, keyId } = registry.identity.signer;
    return { publicKey, audience: keyId, devices };
  } finally {
    await server.close();
  }
}

/** Nothing of it is there twice, and nothing packs it. */
function noise(): string {
  return randomBytes((releaseBytes * 3) / 4).toString('base64');
}

interface Listening {
  readonly url: string;
  peakMemory(): number | null;
}

async function startHere(data: string, atEnd: (clean: () => Promise<void>) => void): Promise<Listening> {
  const server = await createServer({ data });
  atEnd(() => server.close());
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.app.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, peakMemory: () => null };
}

async function startApart(data: string, atEnd: (clean: () => Promise<void>) => void): Promise<Listening> {
  const port = await freePort();
  const program = fileURLToPath(new URL('../../../bin/haversack.mjs', import.meta.url));
  const args = [program, 'serve', '--port', `${port}`, '--data', data, '--no-demo'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  atEnd(() => stop(child));
  const url = `http://127.0.0.1:${port}`;
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  forgetHighWater(child.pid!);
  return { url, peakMemory: () => highWater(child.pid!) };
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/v2/health/ready`).then(
    response => response.ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const probe = createProbe();
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise(resolve => probe.close(resolve));
  return port;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise(resolve => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** What starting took is not what serving takes (Linux: proc_pid_clear_refs(5), 5 since 4.0). */
function forgetHighWater(pid: number): void {
  if (process.platform === 'linux') writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Linux: the peak of the resident set (proc_pid_status(5), VmHWM). */
function highWater(pid: number): number | null {
  if (process.platform !== 'linux') return null;
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}
