// What of The Update Framework's attacks the server has to meet: a stolen device key, and a frozen view.
import { describe, expect, it } from 'vitest';
import { openCertificate } from '../../../src/core/artifact/certificate.ts';
import { aliasSchema } from '../../../src/core/artifact/documents.ts';
import {
  type Envelope,
  envelopeSchema,
  openDocument,
  signDocument,
} from '../../../src/core/artifact/signature.ts';
import { classifier, makeCandidate, push } from '../models.ts';
import {
  audienceOf,
  commitBytes,
  enrolDevice,
  newDevice,
  setDevice,
  startServer,
  type TestServer,
} from '../support.ts';

const day = 24 * 60 * 60 * 1000;

describe('a stolen device key', () => {
  async function stolen() {
    let now = Date.now();
    const server = await startServer({ now: () => new Date(now), host: '0.0.0.0' });
    const file = classifier();
    const detail = await push(server, 'sides', file);
    const device = await enrolDevice(server, 'trainer');
    const token = () => device.token(audienceOf(server), { issuedAt: now / 1000 });
    const before = await makeCandidate(server, device, await token(), { detail, file });
    const me = await server.ask('GET', 'me', { token: await token() });
    const certificate = envelopeSchema.parse(me.json['certificate']);
    await setDevice(server, device.keyId, { status: 'revoked', role: null });
    return { server, device, token, before, certificate, detail, file, pass: (ms: number) => (now += ms) };
  }

  it('opens nothing once it is revoked: neither reading nor sending, from anywhere', async () => {
    const { server, token } = await stolen();
    for (const address of ['127.0.0.1', '10.1.2.3']) {
      const asked = { address, token: await token() };
      expect((await server.ask('GET', 'models', asked)).status).toBe(401);
      expect((await server.ask('POST', 'chunks/missing', { ...asked, body: { digests: [] } })).status).toBe(
        401,
      );
    }
  });

  it('signs nothing that is taken, before it was revoked or after, whoever brings it', async () => {
    const { server, device, before } = await stolen();
    const later = await signDocument({ ...before.signed, createdAt: new Date().toISOString() }, device);
    const courier = await enrolDevice(server, 'trainer');
    for (const body of [before, later]) {
      for (const token of [server.key, await courier.token(audienceOf(server))]) {
        const { status, json } = await server.ask('POST', 'candidates', { token, body });
        expect({ status, code: json['code'] }).toEqual({ status: 403, code: 'Forbidden' });
      }
    }
    expect((await server.ask('GET', 'models/sides/versions/2', { token: server.key })).status).toBe(404);
  });

  it('makes no candidate pass for another device’s', async () => {
    const { server, device, before } = await stolen();
    const other = await enrolDevice(server, 'trainer');
    const forged = await signDocument({ ...before.signed, device: other.keyId }, device);
    const body = {
      ...forged,
      signatures: [{ ...forged.signatures[0]!, keyId: other.keyId }],
    };
    for (const each of [forged, body]) {
      const { status, json } = await server.ask('POST', 'candidates', { token: server.key, body: each });
      expect({ status, code: json['code'] }).toEqual({ status: 422, code: 'SignatureInvalid' });
    }
  });

  it('keeps its certificate where nobody can ask: for thirty days, then with a warning', async () => {
    const { server, token, certificate, pass } = await stolen();
    const keys = server.registry.identity.keys;
    const at = (ms: number) => openCertificate(certificate, keys, new Date(Date.now() + ms));
    expect(await at(29 * day)).toMatchObject({ expired: false, certificate: { role: 'trainer' } });
    expect(await at(31 * day)).toMatchObject({ expired: true });
    // And gets no other.
    pass(day);
    const me = await server.ask('GET', 'me', { token: await token() });
    expect(me.json).toMatchObject({ status: 'revoked', certificate: null });
  });

  it('cannot be passed on: a certificate is of the one key that it names', async () => {
    const { server, certificate } = await stolen();
    const thief = await newDevice();
    const { signed } = certificate;
    const { signer, keys } = server.registry.identity;
    await expect(
      openCertificate({ ...certificate, signed: { ...signed, publicKey: thief.publicKey } }, keys),
    ).rejects.toMatchObject({ code: 'SignatureInvalid' });
    const mixed = await signDocument({ ...signed, publicKey: thief.publicKey }, signer);
    await expect(openCertificate(mixed, keys)).rejects.toMatchObject({ code: 'SignatureInvalid' });
    const own = await signDocument({ ...signed, device: thief.keyId, publicKey: thief.publicKey }, thief);
    await expect(openCertificate(own, keys)).rejects.toMatchObject({ code: 'SignatureInvalid' });
  });
});

describe('a frozen view', () => {
  async function heard(server: TestServer, etag?: string) {
    const headers: Record<string, string> = etag === undefined ? {} : { 'if-none-match': etag };
    const { status, json, headers: answered } = await server.ask('GET', 'models', { headers });
    const models = json['models'] as { aliases: Envelope[] }[] | undefined;
    const envelope = models?.[0]?.aliases[0];
    const alias = envelope && (await openDocument(envelope, aliasSchema, server.registry.identity.keys));
    return { status, alias, etag: String(answered['etag']) };
  }

  it('is told from an idle registry: each day it signs again what nobody has moved', async () => {
    let now = Date.parse('2026-11-26T08:00:00Z');
    const server = await startServer({ now: () => new Date(now) });
    await commitBytes(server, 'sides', 'one');
    let last = await heard(server);
    for (let days = 1; days <= 30; days += 1) {
      now += day;
      const next = await heard(server, last.etag);
      expect(next.status).toBe(200);
      expect(next.alias).toMatchObject({ revision: 1, version: 1, issuedAt: new Date(now).toISOString() });
      expect(Date.parse(next.alias!.expiresAt)).toBe(now + 7 * day);
      last = next;
    }
    // Within the day there is nothing new to say.
    now += day / 2;
    expect((await heard(server, last.etag)).status).toBe(304);
  });
});
