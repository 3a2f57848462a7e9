import { describe, expect, it, vi } from 'vitest';
import { isBad } from '../../../server/registry/halt-rollout.ts';
import { aliasSchema, type Report } from '../../../src/core/artifact/documents.ts';
import { deviceListSchema } from '../../../src/core/artifact/admission-api.ts';
import { reportListSchema } from '../../../src/core/artifact/inbox-api.ts';
import {
  envelopeDigest,
  envelopeSchema,
  readDocument,
  signDocument,
} from '../../../src/core/artifact/signature.ts';
import {
  audienceOf,
  commitBytes,
  enrolDevice,
  setDevice,
  startServer,
  type TestDevice,
  type TestServer,
} from '../support.ts';

function reportOf(device: TestDevice, change: Partial<Report> = {}): Report {
  return {
    type: 'report',
    formatVersion: 1,
    device: device.keyId,
    createdAt: '2026-11-26T08:00:00.000Z',
    app: 'test',
    active: [{ model: 'digits', version: 1, variant: 'fp32', provider: 'wasm' }],
    update: null,
    storage: null,
    ...change,
  };
}

const updateTo = (version: number, outcome: 'swapped' | 'rolled-back'): Pick<Report, 'update'> => ({
  update: {
    model: 'digits',
    from: 1,
    to: version,
    outcome,
    problem: outcome === 'swapped' ? null : 'it answers otherwise',
  },
});

/** No two moments are the same, however fast the machine is. */
function startTicking(): Promise<TestServer> {
  let ticks = 0;
  return startServer({ now: () => new Date(Date.now() + ++ticks) });
}

async function send(server: TestServer, device: TestDevice, report: Report, signer = device) {
  return server.ask('POST', 'reports', {
    token: await device.token(audienceOf(server)),
    body: await signDocument(report, signer),
  });
}

async function list(server: TestServer, query = '') {
  return reportListSchema.parse((await server.ask('GET', `reports${query}`, { token: server.key })).json);
}

async function told(server: TestServer, device: TestDevice) {
  const { devices } = deviceListSchema.parse(
    (await server.ask('GET', 'devices', { token: server.key })).json,
  );
  return devices.find(({ id }) => id === device.keyId)?.report;
}

describe('a report', () => {
  it('is taken once, acknowledged ever after, and is the device’s word on what it runs', async () => {
    const server = await startTicking();
    const device = await enrolDevice(server, 'device');
    const report = reportOf(device, updateTo(2, 'swapped'));
    const digest = await envelopeDigest(await signDocument(report, device));
    const first = await send(server, device, report);
    expect({ status: first.status, json: first.json }).toEqual({ status: 201, json: { digest } });
    const again = await send(server, device, report);
    expect({ status: again.status, json: again.json }).toEqual({ status: 200, json: { digest } });
    expect((await list(server)).reports.map(entry => entry.report)).toEqual([report]);
    expect(await told(server, device)).toEqual(report);
  });

  it('of another device, or signed by another key, is refused', async () => {
    const server = await startTicking();
    const [device, other] = [await enrolDevice(server, 'device'), await enrolDevice(server, 'device')];
    expect((await send(server, device, reportOf(other), other)).json['code']).toBe('SignatureInvalid');
    expect((await send(server, device, reportOf(device), other)).json['code']).toBe('SignatureInvalid');
    expect((await list(server)).reports).toEqual([]);
  });

  it('of a revoked device is refused', async () => {
    const server = await startTicking();
    const device = await enrolDevice(server, 'device');
    await setDevice(server, device.keyId, { status: 'revoked', role: null });
    expect((await send(server, device, reportOf(device))).status).toBe(401);
  });

  it('of an update is for devices that may read the model, whoever brings it', async () => {
    const server = await startTicking();
    const device = await enrolDevice(server, 'device');
    const grants = [{ model: 'iris', rights: ['read' as const] }];
    await server.ask('PATCH', `devices/${device.keyId}`, { token: server.key, body: { grants } });
    const report = reportOf(device, updateTo(2, 'rolled-back'));
    expect((await send(server, device, report)).status).toBe(403);
    const body = await signDocument(report, device);
    expect((await server.ask('POST', 'reports', { token: server.key, body })).status).toBe(403);
    expect((await send(server, device, reportOf(device))).status).toBe(201);
    expect((await list(server)).reports).toHaveLength(1);
  });

  it('that is brought late does not overwrite a newer word; of mere states only the newest is kept', async () => {
    const server = await startTicking();
    const device = await enrolDevice(server, 'device');
    const [noon, one] = ['2026-11-26T12:00:00.000Z', '2026-11-26T13:00:00.000Z'];
    await send(server, device, reportOf(device, { createdAt: noon, app: 'noon' }));
    await send(server, device, reportOf(device, { createdAt: one, app: 'one' }));
    await send(server, device, reportOf(device, updateTo(2, 'swapped')));
    expect(await told(server, device)).toMatchObject({ app: 'one' });
    expect((await list(server)).reports.map(({ report }) => report.app).sort()).toEqual(['one', 'test']);
  });

  it('from a clock that was ahead does not silence what comes after it', async () => {
    const server = await startTicking();
    const device = await enrolDevice(server, 'device');
    await send(server, device, reportOf(device, { createdAt: '2099-01-01T00:00:00.000Z', app: 'ahead' }));
    await send(server, device, reportOf(device, { app: 'set right' }));
    expect(await told(server, device)).toMatchObject({ app: 'set right' });
  });

  it('is one of so many bytes in a day: no device fills the disk', async () => {
    const server = await startTicking();
    const device = await enrolDevice(server, 'device');
    const token = await device.token(audienceOf(server));
    const large = await signDocument({ ...reportOf(device), more: 'x'.repeat(500_000) }, device);
    const signatures = [{ ...large.signatures[0]!, keyId: 'f'.repeat(64) }];
    const body = { signed: large.signed, signatures };
    for (let sent = 500_000; sent < 16 * 2 ** 20; sent += 500_000) {
      expect((await server.ask('POST', 'reports', { token, body })).json['code']).toBe('SignatureInvalid');
    }
    expect((await server.ask('POST', 'reports', { token, body })).status).toBe(429);
  });

  it('is not for whoever asks in the name of its device', async () => {
    const server = await startTicking();
    const device = await enrolDevice(server, 'device');
    await send(server, device, reportOf(device));
    const { publicKey } = device;
    const { json } = await server.ask('POST', 'devices', { body: { publicKey, name: 'x' } });
    expect(json).toMatchObject({ id: device.keyId, status: 'approved', report: null });
  });

  it('counts a device once, by its newest word on a version', async () => {
    const server = await startTicking();
    const [device, other] = [await enrolDevice(server, 'device'), await enrolDevice(server, 'device')];
    await send(server, device, reportOf(device, updateTo(2, 'rolled-back')));
    await send(server, device, reportOf(device, { ...updateTo(2, 'swapped'), app: 'later' }));
    await send(server, other, reportOf(other, updateTo(2, 'rolled-back')));
    await send(server, other, reportOf(other, { ...updateTo(3, 'rolled-back'), app: 'later' }));
    const { outcomes, reports } = await list(server, '?model=digits&version=2');
    expect(outcomes).toEqual({ swapped: 1, rolledBack: 1 });
    expect(reports).toHaveLength(3);
    expect((await list(server, '?limit=1')).reports).toHaveLength(1);
  });
});

describe('a release that devices roll back', () => {
  /** digits@2 given out as production. */
  async function released() {
    const server = await startTicking();
    await commitBytes(server, 'digits', 'one');
    await commitBytes(server, 'digits', 'two', { production: 'always' });
    const devices = await Promise.all(Array.from({ length: 8 }, () => enrolDevice(server, 'device')));
    const report = (nth: number, outcome: 'swapped' | 'rolled-back', app = 'test') =>
      send(server, devices[nth]!, reportOf(devices[nth]!, { ...updateTo(2, outcome), app }));
    const production = async () => {
      const { json } = await server.ask('GET', 'models/digits/aliases/production');
      return readDocument(envelopeSchema.parse(json), aliasSchema);
    };
    const letGoOn = async (revision: number) =>
      server.ask('PATCH', 'models/digits/aliases/production', {
        token: server.key,
        headers: { 'if-match': `"${revision}"` },
        body: { held: false, why: 'it was the camera' },
      });
    return { server, report, production, letGoOn };
  }

  it('is held by the registry, with a higher revision, and it is in the audit why', async () => {
    const { server, report, production } = await released();
    const before = await production();
    await report(0, 'swapped');
    await report(1, 'rolled-back');
    await report(2, 'rolled-back');
    expect((await production()).held).toBe(false);
    await report(3, 'rolled-back');
    expect(await production()).toMatchObject({ held: true, version: 2, revision: before.revision + 1 });
    const audit = await server.ask('GET', 'audit?who=registry', { token: server.key });
    expect(JSON.stringify(audit.json)).toContain('3 of 4 devices that tried version 2 rolled it back');
  });

  it('is held when the last report comes again, where the server failed after it was taken', async () => {
    const { server, report, production } = await released();
    await report(0, 'rolled-back');
    await report(1, 'rolled-back');
    const { signer } = server.registry.identity;
    vi.spyOn(signer, 'sign').mockRejectedValueOnce(new Error('no power'));
    expect((await report(2, 'rolled-back')).status).toBe(500);
    expect((await production()).held).toBe(false);
    expect((await report(2, 'rolled-back')).status).toBe(200);
    expect((await production()).held).toBe(true);
  });

  it('is not held for one device that says so again and again, nor for few of many', async () => {
    const { report, production } = await released();
    for (const app of ['a', 'b', 'c', 'd']) await report(0, 'rolled-back', app);
    expect((await production()).held).toBe(false);
    expect([isBad({ swapped: 13, rolledBack: 3 }), isBad({ swapped: 12, rolledBack: 3 })]).toEqual([
      false,
      true,
    ]);
  });

  it('goes on where an admin lets it, until enough say so anew', async () => {
    const { report, production, letGoOn } = await released();
    for (const nth of [0, 1, 2]) await report(nth, 'rolled-back');
    const { revision } = await production();
    expect((await letGoOn(revision)).status).toBe(200);
    await report(3, 'rolled-back');
    await report(4, 'rolled-back');
    expect((await production()).held).toBe(false);
    await report(5, 'rolled-back');
    expect((await production()).held).toBe(true);
  });
});
