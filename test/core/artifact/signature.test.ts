import { getPublicKeyAsync, signAsync } from '@noble/ed25519';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromBase64Url, toBase64Url } from '../../../src/core/artifact/base64url.ts';
import {
  type Envelope,
  envelopeDigest,
  keyIdOf,
  openDocument,
  signDocument,
  type Signer,
} from '../../../src/core/artifact/signature.ts';
import { z } from '../../../src/core/zod.ts';

async function signerFrom(seed: number): Promise<Signer> {
  const secret = new Uint8Array(32).fill(seed);
  const publicKey = toBase64Url(await getPublicKeyAsync(secret));
  return { keyId: await keyIdOf(publicKey), publicKey, sign: bytes => signAsync(bytes, secret) };
}

const schema = z.object({ type: z.literal('note'), text: z.string() });

describe('a signed document', () => {
  let signer: Signer;
  let stranger: Signer;
  beforeAll(async () => {
    [signer, stranger] = [await signerFrom(1), await signerFrom(2)];
  });

  it('opens with the key that signed it', async () => {
    const envelope = await signDocument({ type: 'note', text: 'hello' }, signer);
    expect(await openDocument(envelope, schema, signer.publicKey)).toEqual({ type: 'note', text: 'hello' });
  });

  it('does not open with another key', async () => {
    const envelope = await signDocument({ type: 'note', text: 'hello' }, signer);
    await expect(openDocument(envelope, schema, stranger.publicKey)).rejects.toMatchObject({
      code: 'SignatureInvalid',
    });
  });

  it('does not open when a signature is passed off as another key’s', async () => {
    const envelope = await signDocument({ type: 'note', text: 'hello' }, stranger);
    const forged: Envelope = {
      ...envelope,
      signatures: [{ ...envelope.signatures[0]!, keyId: signer.keyId }],
    };
    await expect(openDocument(forged, schema, signer.publicKey)).rejects.toMatchObject({
      code: 'SignatureInvalid',
    });
  });

  it('keeps members that this version does not know, and its signature with them', async () => {
    const envelope = await signDocument({ type: 'note', text: 'hello', later: { nested: [1, 2] } }, signer);
    const travelled = JSON.parse(JSON.stringify(envelope)) as Envelope;
    await expect(openDocument(travelled, schema, signer.publicKey)).resolves.toBeDefined();
    expect(travelled.signed['later']).toEqual({ nested: [1, 2] });
  });

  it('has the same digest whatever the order of its members', async () => {
    const a = await signDocument({ type: 'note', text: 'x' }, signer);
    const b = await signDocument({ text: 'x', type: 'note' }, stranger);
    expect(await envelopeDigest(a)).toBe(await envelopeDigest(b));
  });

  it('refuses what is signed but of another form', async () => {
    const envelope = await signDocument({ type: 'note', text: 5 }, signer);
    await expect(openDocument(envelope, schema, signer.publicKey)).rejects.toMatchObject({
      code: 'DocumentInvalid',
    });
  });

  it('does not open after any single-bit flip of its content or signature', async () => {
    const envelope = await signDocument(
      { type: 'note', text: 'a longer text, with digits 0123456789' },
      signer,
    );
    const text = JSON.stringify(envelope.signed);
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.nat(6), fc.boolean(), async (at, bit, inSignature) => {
        if (inSignature) {
          const bytes = fromBase64Url(envelope.signatures[0]!.signature);
          bytes[at % 64]! ^= 1 << bit;
          const broken = {
            ...envelope,
            signatures: [{ ...envelope.signatures[0]!, signature: toBase64Url(bytes) }],
          };
          await expect(openDocument(broken, schema, signer.publicKey)).rejects.toMatchObject({
            code: 'SignatureInvalid',
          });
          return;
        }
        const flipped =
          text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)) + text.slice(at + 1);
        let signed: Record<string, unknown>;
        try {
          signed = JSON.parse(flipped) as Record<string, unknown>;
        } catch {
          return; // No JSON any more: it does not even arrive.
        }
        await expect(openDocument({ ...envelope, signed }, schema, signer.publicKey)).rejects.toThrow();
      }),
      { numRuns: 200 },
    );
  });
});
