// `--lan` as a phone meets it: another host, an address that is not loopback, and no trust to begin with.
import { X509Certificate, createHash } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../scripts/chromium.mjs';
import { loadCertificates } from '../../server/lan/authority.ts';
import { deviceCode } from '../../src/core/artifact/device-code.ts';
import type { DeviceInfo } from '../../src/core/artifact/access-api.ts';
import { answeredBy, askToBeLetIn, go, installModels } from './support/app.ts';
import { Device } from './support/device.ts';
import { askFrom, makeHosts, type Question, whyNoHosts } from './support/hosts.ts';
import { type RunningServer, startServer } from './support/server.ts';

const reason = whyNoHosts();
if (reason !== null) console.warn(`\n! --lan is not tested from another host: ${reason}.\n`);

describe.skipIf(reason !== null)('a phone on the network of `--lan`', () => {
  let hosts: ReturnType<typeof makeHosts>;
  let server: RunningServer;
  let phone: Device;
  let page: Page;
  let ca: string;

  beforeAll(async () => {
    hosts = makeHosts();
    server = await startServer(['--lan'], { host: hosts.server });
    ca = await readFile(join(server.data, 'lan/ca.pem'), 'utf8');
    const leaf = new X509Certificate(await readFile(join(server.data, 'lan/leaf.pem')));
    const spki = createHash('sha256')
      .update(leaf.publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64');
    phone = await Device.create({
      executablePath: await hosts.phone.wrapper(findChromium()),
      // What trusting the authority does, for this one key; the chain itself is verified above.
      args: [`--ignore-certificate-errors-spki-list=${spki}`],
    });
  });
  afterAll(async () => {
    try {
      await phone.close();
      expect(await server.stop()).toBe(0);
    } finally {
      hosts.remove();
    }
  });

  const trustPage = (path: string, headers: Record<string, string> = {}) =>
    askFrom(hosts.phone, `http://${hosts.server.address}:${server.port + 1}${path}`, { headers });
  const api = (path: string, question: Question = { ca }) =>
    askFrom(hosts.phone, `${server.url}${path}`, question);

  it('reads over plain HTTP how to trust it, in its own language', () => {
    const fingerprint = /SHA-256 of the local authority: (\S+)/.exec(server.output())![1]!;
    const english = trustPage('/', { 'accept-language': 'en-GB,en;q=0.9' }).body.toString();
    expect(english).toContain('lang="en"');
    expect(english).toContain(fingerprint);
    expect(english).toContain(`href="${server.url}/"`);
    const chinese = trustPage('/', { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' }).body.toString();
    expect(chinese).toContain('lang="zh-CN"');
    expect(chinese).toContain('证书信任设置');
    const certificate = trustPage('/haversack-ca.crt');
    expect(certificate.headers['content-type']).toBe('application/x-x509-ca-cert');
    expect(new X509Certificate(certificate.body).fingerprint256).toBe(fingerprint);
    expect(server.output()).toContain(`http://${hosts.server.address}:${server.port + 1}/`);
  });

  it('trusts it by that authority alone', async () => {
    const answer = api('/v2/health/ready');
    expect(answer.status).toBe(200);
    expect(answer.names!.split(', ')).toContain(`IP Address:${hosts.server.address}`);
    const other = await loadCertificates(await mkdtemp(join(tmpdir(), 'haversack-other-ca-')));
    expect(() => api('/v2/health/ready', { ca: other.authority.certificate })).toThrow(
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    );
    expect(() => api('/v2/health/ready', {})).toThrow('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('has a secure context, isolation and a service worker', async () => {
    page = await phone.open(server.url);
    await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');
    expect(await page.evaluate(() => ({ isSecureContext, crossOriginIsolated }))).toEqual({
      isSecureContext: true,
      crossOriginIsolated: true,
    });
  });

  it('reads nothing before an admin lets it in', async () => {
    expect(api('/registry/v1/models').status).toBe(401);
    expect(await page.evaluate(async () => (await fetch('/registry/v1/models')).status)).toBe(401);
    const code = await askToBeLetIn(page);
    const admin = { ca, headers: { authorization: `Bearer ${await server.adminKey()}` } };
    const ask = (path: string, question: Question = admin) =>
      askFrom(hosts.server, `https://localhost:${server.port}/registry/v1/${path}`, question);
    const { devices } = JSON.parse(ask('devices').body.toString()) as { devices: DeviceInfo[] };
    expect(devices).toMatchObject([{ status: 'pending', role: null }]);
    expect(deviceCode(devices[0]!.id)).toBe(code);
    const change = ask(`devices/${devices[0]!.id}`, {
      ca,
      method: 'PATCH',
      headers: { ...admin.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ status: 'approved', role: 'device' }),
    });
    expect(change.status).toBe(200);
  });

  it('gets a model and predicts with it', async () => {
    await installModels(page, ['iris']);
    await go(page, '#/use/iris');
    await answeredBy(page, 'iris', 2);
    expect(phone.complaints).toEqual([]);
  });
});
