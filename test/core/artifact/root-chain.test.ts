import { describe, expect, it } from 'vitest';
import type { Root } from '../../../src/core/artifact/documents.ts';
import { openFirstRoot, openNext } from '../../../src/core/artifact/root-chain.ts';
import {
  countersign,
  type Envelope,
  type Signer,
  signDocument,
} from '../../../src/core/artifact/signature.ts';
import { makeSigner } from '../../device/documents-made.ts';

/** The keys that it names: the one that signs from then on first. */
async function rootOf(
  revision: number,
  keys: readonly Signer[],
  signers: readonly Signer[],
): Promise<Envelope> {
  const content: Root = {
    type: 'root',
    formatVersion: 1,
    revision,
    keys: keys.map(({ keyId, publicKey }) => ({ keyId, publicKey })),
    issuedAt: '2026-11-26T08:00:00.000Z',
  };
  const [first, ...others] = signers;
  let envelope = await signDocument(content, first!);
  for (const signer of others) envelope = await countersign(envelope, signer);
  return envelope;
}

describe('a root', () => {
  it('comes after one whose key has signed it, and is signed by its own key', async () => {
    const [first, second] = [await makeSigner(), await makeSigner()];
    const { root } = await openFirstRoot(await rootOf(1, [first], [first]));
    const offered = await rootOf(2, [second, first], [first, second]);
    expect((await openNext(root, offered)).root.keys[0]!.keyId).toBe(second.keyId);
    await expect(openNext(root, await rootOf(2, [second], [first]))).rejects.toMatchObject({
      code: 'SignatureInvalid',
    });
  });

  it('is not made by a key that was replaced, though its documents are believed', async () => {
    const [old, now, thief] = [await makeSigner(), await makeSigner(), await makeSigner()];
    const { root } = await openNext(
      (await openFirstRoot(await rootOf(1, [old], [old]))).root,
      await rootOf(2, [now, old], [old, now]),
    );
    const forged = await rootOf(3, [thief], [old, thief]);
    await expect(openNext(root, forged)).rejects.toMatchObject({ code: 'SignatureInvalid' });
  });
});
