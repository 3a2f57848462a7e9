// The server as a process of its own: killed, restarted, stopped.
import { type ChildProcess, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { get } from 'node:https';
import { createServer, isIPv4 } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { serverConfig } from '../../scripts/build.mjs';
import { machineAddresses } from '../../server/gateway/origin.ts';
import { loadCertificates } from '../../server/lan/authority.ts';
import type { ServeOptions } from '../../server/main.ts';
import { verifyData } from '../../server/registry/verify.ts';
import { AdminClient } from '../../src/client/admin.ts';
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import { envelopeDigest } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { classifier } from './models.ts';
import { startServer, temporaryFolder } from './support.ts';

const root = process.cwd();
const outDir = join(root, '.cache/test-server');

beforeAll(async () => {
  mkdirSync(outDir, { recursive: true });
  await build(serverConfig(outDir));
}, 60_000);

interface Child {
  readonly process: ChildProcess;
  readonly url: string;
  /** Everything it has said so far. */
  said(): string;
  /** Resolves with code or signal. */
  readonly ended: Promise<number | string>;
}

const plain: Omit<ServeOptions, 'data'> = { port: 0, host: '127.0.0.1', demo: false, lan: false, tls: null };

function launch(options: ServeOptions): Omit<Child, 'url'> {
  const module = pathToFileURL(join(outDir, 'main.js')).href;
  const script = `import(${JSON.stringify(module)}).then(m => m.serve(${JSON.stringify(options)})).then(
    () => process.exit(0), e => { console.error(e.message + '|' + e.why + '|' + e.remedy); process.exit(1); })`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: root });
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const ended = new Promise<number | string>(resolve => {
    child.once('exit', (code, signal) => {
      resolve(code ?? signal ?? 'gone');
    });
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return { process: child, said: () => said, ended };
}

async function serve(options: ServeOptions): Promise<Child> {
  const child = launch(options);
  for (;;) {
    const url = /ready: (\S+)/.exec(child.said())?.[1];
    if (url !== undefined) return { ...child, url };
    if (child.process.exitCode !== null)
      throw new Error(`the server ended before it was ready: ${child.said()}`);
    await sleep(10);
  }
}

function keyOf(data: string): string {
  return readFileSync(join(data, 'admin.key'), 'utf8').trim();
}

describe('kill -9', () => {
  it('loses no version that was acknowledged, whenever it comes', async () => {
    const data = temporaryFolder();
    const acknowledged = new Map<number, string>();
    const file = classifier();
    let tries = 0;
    for (let kill = 0; kill < 10; kill += 1) {
      const server = await serve({ ...plain, data });
      const client = new AdminClient({
        baseUrl: server.url,
        token: () => Promise.resolve(keyOf(data)),
      });
      const moment = Math.random() * 400;
      // Every other time the clock starts with the first answer, so that some are sure to be acknowledged.
      let answered: () => void = () => undefined;
      const armed = kill % 2 === 0 ? new Promise<void>(resolve => (answered = resolve)) : Promise.resolve();
      const killed = armed.then(() => sleep(moment)).then(() => server.process.kill('SIGKILL'));
      try {
        for (;;) {
          tries += 1;
          // A weight nobody had before, so that there are always new chunks to store.
          const changed = file.slice();
          const { offset } = tensorLayout(file)[0]!;
          new DataView(changed.buffer).setFloat32(offset, 1 + tries / 1000, true);
          const { ref, chunks } = await chunkFile(changed, tensorLayout(changed));
          for (const [digest, bytes] of chunks) await client.putChunk(digest, bytes);
          const { manifest } = await client.push('sides', { file: ref });
          acknowledged.set(Number(manifest.signed['version']), await envelopeDigest(manifest));
          answered();
        }
      } catch (error) {
        if (!(error instanceof HaversackError) || error.code !== 'Offline') throw error;
      }
      await killed;
      expect(await server.ended).toBe('SIGKILL');
      const { bad } = await verifyData(data);
      expect(bad, `after kill ${kill} at ${moment} ms`).toEqual([]);
    }
    const server = await serve({ ...plain, data });
    const client = new AdminClient({ baseUrl: server.url });
    for (const [version, digest] of acknowledged) {
      expect(await envelopeDigest((await client.version('sides', version)).manifest)).toBe(digest);
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(5);
    // What was on its way may be there too; it is never half there.
    const { models } = await client.models();
    expect(models![0]!.versions.length).toBeGreaterThanOrEqual(acknowledged.size);
  }, 240_000);
});

describe('serve --lan', () => {
  it('answers by HTTPS at an address that is not loopback, and says over HTTP how to trust it', async context => {
    const address = machineAddresses().find(isIPv4);
    if (address === undefined) return context.skip('this machine has no address but loopback');
    const data = temporaryFolder();
    const server = await serve({ ...plain, data, lan: true });
    const port = Number(new URL(server.url).port);
    expect(server.url).toBe(`https://localhost:${port}`);
    while (!server.said().includes('SHA-256')) await sleep(10);
    const ca = readFileSync(join(data, 'lan/ca.pem'), 'utf8');
    const health = await getSecurely(`https://${address}:${port}/v2/health/ready`, ca);
    expect(health.status).toBe(200);
    // Not loopback: reading needs a key.
    expect((await getSecurely(`https://${address}:${port}/registry/v1/models`, ca)).status).toBe(401);
    expect((await getSecurely(`https://localhost:${port}/registry/v1/models`, ca)).status).toBe(200);

    const page = await fetch(`http://${address}:${port + 1}/`);
    const html = await page.text();
    const fingerprint = /(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/.exec(server.said())![0];
    expect(html).toContain(fingerprint);
    expect(html).toContain(`href="https://${address}:${port}/"`);
    const chinese = await fetch(`http://${address}:${port + 1}/?lang=zh-CN`);
    expect(await chinese.text()).toContain('证书信任设置');
    const certificate = await fetch(`http://${address}:${port + 1}/haversack-ca.crt`);
    expect(certificate.headers.get('content-type')).toBe('application/x-x509-ca-cert');
    const der = Buffer.from(await certificate.arrayBuffer());
    expect(new X509Certificate(der).fingerprint256).toBe(fingerprint);
    for (const path of ['/registry/v1/root', '/v2/health/ready', '/index.html']) {
      expect((await fetch(`http://${address}:${port + 1}${path}`)).status).toBe(404);
    }
    server.process.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  }, 90_000);

  it.each([0, 2])(
    'shows a new certificate to whoever connects next, by %i fronts',
    async workers => {
      const data = temporaryFolder();
      const server = await serve({ ...plain, data, lan: true, workers, addressesEveryMs: 20 });
      const ca = readFileSync(join(data, 'lan/ca.pem'), 'utf8');
      const shown = async () => {
        const { status, certificate } = await getSecurely(`${server.url}/v2/health/live`, ca);
        expect(status).toBe(200);
        return certificate!.toString('base64');
      };
      const before = await shown();
      // As where the addresses of this machine are others now: what there is holds no more.
      rmSync(join(data, 'lan/leaf.pem'));
      // Connections are handed to the fronts in turn.
      for (let anew = 0; anew < 2 * Math.max(1, workers);) anew = (await shown()) === before ? 0 : anew + 1;
    },
    90_000,
  );
});

function getSecurely(
  url: string,
  ca: string,
): Promise<{ status: number | undefined; certificate: Buffer | undefined }> {
  return new Promise((resolve, reject) => {
    get(url, { ca, agent: false }, response => {
      response.resume();
      const { socket } = response;
      const certificate = socket instanceof TLSSocket ? socket.getPeerCertificate().raw : undefined;
      resolve({ status: response.statusCode, certificate });
    }).on('error', reject);
  });
}

describe('serve with a certificate of one’s own', () => {
  it('speaks HTTPS with it', async () => {
    const folder = temporaryFolder();
    const machine = { now: new Date(), addresses: [], host: 'toolbox' };
    const { authority, server: leaf } = await loadCertificates(folder, machine);
    const tls = { cert: join(folder, 'leaf.pem'), key: join(folder, 'leaf-key.pem') };
    const server = await serve({ ...plain, data: temporaryFolder(), tls });
    expect(server.url).toMatch(/^https:\/\/localhost:\d+$/);
    const health = await getSecurely(`${server.url}/v2/health/ready`, authority.certificate);
    expect({ status: health.status, raw: health.certificate }).toEqual({
      status: 200,
      raw: new X509Certificate(leaf.cert).raw,
    });
    server.process.kill('SIGINT');
    expect(await server.ended).toBe(0);
  }, 90_000);

  it('says what is wrong with files that are not there, no PEM, or no pair', async () => {
    const folder = temporaryFolder();
    const other = temporaryFolder();
    await loadCertificates(folder);
    await loadCertificates(other);
    writeFileSync(join(folder, 'note.pem'), 'not a certificate');
    const cert = join(folder, 'leaf.pem');
    const key = join(folder, 'leaf-key.pem');
    const cases = [
      { cert: join(folder, 'gone.pem'), key },
      { cert: join(folder, 'note.pem'), key },
      { cert, key: join(folder, 'note.pem') },
      { cert, key: join(other, 'leaf-key.pem') },
    ];
    for (const tls of cases) {
      const refused = launch({ ...plain, data: temporaryFolder(), tls });
      expect(await refused.ended).toBe(1);
      expect(refused.said()).toMatch(
        /^The server did not start\.\|.+\|Give PEM files .*--tls-cert and --tls-key\.\n$/,
      );
    }
  }, 90_000);
});

describe('serve', () => {
  it('makes an admin key, shows it once, and keeps it for its owner only', async () => {
    const data = temporaryFolder();
    const first = await serve({ ...plain, data });
    expect(first.said()).toContain(keyOf(data));
    expect(statSync(join(data, 'admin.key')).mode & 0o777).toBe(0o600);
    expect(statSync(join(data, 'registry.key')).mode & 0o777).toBe(0o600);
    first.process.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    const second = await serve({ ...plain, data });
    expect(second.said()).not.toContain('hvs_');
    expect(second.said()).toContain('admin.key');
  }, 90_000);

  it('stops with code 0 on the first signal, streams open or not', async () => {
    const server = await serve({ ...plain, data: temporaryFolder() });
    const client = new AdminClient({ baseUrl: server.url });
    const listening = new Promise<void>(resolve => {
      client
        .events({ signal: new AbortController().signal, onEvent: () => undefined, onOpen: resolve })
        .catch(() => undefined);
    });
    await listening;
    server.process.kill('SIGINT');
    expect(await server.ended).toBe(0);
  }, 90_000);

  it('says that it stops before it does, and answers meanwhile; the second signal ends it at once', async () => {
    const server = await serve({ ...plain, data: temporaryFolder(), drainMs: 600_000 });
    const ready = async () => (await fetch(`${server.url}/v2/health/ready`)).status;
    expect(await ready()).toBe(200);
    server.process.kill('SIGTERM');
    while ((await ready()) !== 503) await sleep(10);
    expect((await fetch(`${server.url}/v2/health/live`)).status).toBe(200);
    expect((await fetch(`${server.url}/registry/v1/models`)).status).toBe(200);
    server.process.kill('SIGTERM');
    expect(await server.ended).toBe(130);
  }, 90_000);

  it('ends what is under way before it stops', async () => {
    const server = await serve({ ...plain, data: temporaryFolder() });
    const client = new AdminClient({ baseUrl: server.url });
    const body = '{"inputs":[]}';
    const asked = request(`${server.url}/v2/models/absent/infer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' },
    });
    const answered = new Promise<number | undefined>((resolve, reject) => {
      asked.once('response', response => {
        resolve(response.statusCode);
        response.resume();
      });
      asked.once('error', reject);
    });
    asked.flushHeaders();
    // It has the request, and waits for its body.
    await new Promise(resolve => asked.once('continue', resolve));
    server.process.kill('SIGTERM');
    while (await client.models().then(Boolean, () => false)) await sleep(10);
    asked.end(body);
    expect(await answered).toBe(404);
    expect(await server.ended).toBe(0);
  }, 90_000);

  it('says who has the port, and who has the folder', async () => {
    const socket = createServer();
    await new Promise<void>(resolve => socket.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      socket.close();
    });
    const { port } = socket.address() as { port: number };
    const busyPort = launch({ ...plain, data: temporaryFolder(), port });
    expect(await busyPort.ended).toBe(1);
    expect(busyPort.said()).toContain(`Port ${port} is in use.`);
    // The page that says how to trust a `--lan` server lies on the port after its own.
    const busyPage = launch({ ...plain, data: temporaryFolder(), port: port - 1, lan: true });
    expect(await busyPage.ended).toBe(1);
    expect(busyPage.said()).toMatch(/^The server did not start\.\|Port \d+ is in use\.\|/m);

    const data = temporaryFolder();
    const first = await serve({ ...plain, data });
    const second = launch({ ...plain, data });
    expect(await second.ended).toBe(1);
    expect(second.said()).toContain('Another Haversack server uses the data folder');
    // A killed server leaves no lock behind.
    first.process.kill('SIGKILL');
    await first.ended;
    await serve({ ...plain, data });
  }, 90_000);
});

describe('two servers behind a third', () => {
  it('are stopped, killed and started again one after the other, and no request fails', async () => {
    const front = await startServer();
    const replicas = await Promise.all(
      [0, 1].map(async () => {
        const data = temporaryFolder();
        const server = await serve({ ...plain, data });
        const client = new AdminClient({ baseUrl: server.url, token: () => Promise.resolve(keyOf(data)) });
        const file = classifier();
        const { ref, chunks } = await chunkFile(file, tensorLayout(file));
        for (const [digest, bytes] of chunks) await client.putChunk(digest, bytes);
        await client.push('sides', { file: ref });
        const url = server.url.replace('localhost', '127.0.0.1');
        const keyVariable = `HAVERSACK_UPSTREAM_${new URL(url).port}`;
        vi.stubEnv(keyVariable, keyOf(data));
        await front.ask('POST', 'upstreams', {
          token: front.key,
          body: { model: 'sides', url, keyVariable },
        });
        return { data, server, port: Number(new URL(url).port) };
      }),
    );
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    let stop = false;
    let answered = 0;
    const body = { inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32', data: [1, 0] }] };
    const callers = Array.from({ length: 8 }, async () => {
      while (!stop) {
        const { status, json } = await front.ask('POST', '/v2/models/sides/infer', { body });
        expect(json).toMatchObject({ model_name: 'sides' });
        expect(status).toBe(200);
        answered += 1;
      }
    });
    const more = async (count: number) => {
      const until = answered + count;
      while (answered < until) await Promise.race([sleep(5), ...callers]);
    };
    const isUp = (port: number) =>
      front.upstreams
        .list('sides')
        .some(
          ({ url, live }) => url.endsWith(`:${port}`) && live.health === 'up' && live.breaker === 'closed',
        );
    for (const [at, signal] of [
      [0, 'SIGTERM'],
      [1, 'SIGKILL'],
    ] as const) {
      const replica = replicas[at]!;
      await more(50);
      replica.server.process.kill(signal);
      await replica.server.ended;
      await more(50);
      replica.server = await serve({ ...plain, data: replica.data, port: replica.port });
      while (!isUp(replica.port)) await Promise.race([sleep(5), ...callers]);
    }
    stop = true;
    await Promise.all(callers);
  }, 240_000);
});
