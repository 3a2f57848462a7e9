import { getPublicKeyAsync, signAsync } from '@noble/ed25519';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { toBase64Url } from '../../../src/core/artifact/base64url.ts';
import {
  type BundleContents,
  type BundleSource,
  emptyContents,
  openBundle,
  verifyBundle,
  writeBundle,
} from '../../../src/core/artifact/bundle.ts';
import { type ChunkedFile, chunkFile } from '../../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { keyIdOf, signDocument, type Signer } from '../../../src/core/artifact/signature.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import { gunzip } from '../../../src/core/gunzip.ts';
import { gzip } from '../../../src/core/gzip.ts';
import { joinBytes } from '../../../src/core/join-bytes.ts';
import { manifestOf } from '../../device/documents-made.ts';

async function signerFrom(seed: number): Promise<Signer> {
  const secret = new Uint8Array(32).fill(seed);
  const publicKey = toBase64Url(await getPublicKeyAsync(secret));
  return { keyId: await keyIdOf(publicKey), publicKey, sign: bytes => signAsync(bytes, secret) };
}

function sourceOf(file: Bytes): BundleSource {
  return {
    bytes: file.length,
    read: (offset, bytes) => Promise.resolve(file.slice(offset, offset + bytes)),
  };
}

describe('a bundle', () => {
  let registry: Signer;
  let carrier: Signer;
  let chunked: ChunkedFile;
  let contents: BundleContents;
  let file: Bytes;

  const write = async (what: BundleContents = contents, from: ChunkedFile = chunked) =>
    joinBytes(
      await writeBundle(
        what,
        from.ref.chunks,
        ({ digest }) => Promise.resolve(from.chunks.get(digest)!),
        carrier,
      ),
    );
  /** The index as somebody else would write it, the chunks behind it as they were. */
  const reindexed = async (change: (signed: Record<string, unknown>) => void, signer: Signer) => {
    const length = new DataView(file.buffer).getUint32(8, true);
    const index = JSON.parse(new TextDecoder().decode(await gunzip(file.slice(12, 12 + length), 1e6))) as {
      signed: Record<string, unknown>;
    };
    change(index.signed);
    const packed = gzip(new TextEncoder().encode(JSON.stringify(await signDocument(index.signed, signer))));
    const head = file.slice(0, 12);
    new DataView(head.buffer).setUint32(8, packed.length, true);
    return joinBytes([head, packed, file.slice(12 + length)]);
  };

  beforeAll(async () => {
    [registry, carrier] = [await signerFrom(1), await signerFrom(2)];
    const bytes = new Uint8Array(20_000);
    crypto.getRandomValues(bytes.subarray(0, 10_000));
    chunked = await chunkFile(bytes, [{ offset: 0, bytes: 10_000 }]);
    const manifest = manifestOf('digits', 1, chunked.ref, { dataset: null, recorded: null, topology: null });
    contents = {
      ...emptyContents,
      versions: [
        { manifest: await signDocument(manifest, registry), variants: [], files: ['fp32'], trainable: false },
      ],
    };
    file = await write();
  });

  it('opens as it was written, its chunks packed where that pays', async () => {
    const open = await openBundle(sourceOf(file));
    await verifyBundle(open);
    expect(open.bundle).toMatchObject({ carrier: { keyId: carrier.keyId }, versions: contents.versions });
    expect(open.bundle.chunks.map(({ encoding }) => encoding)).toEqual(['raw', 'gzip']);
    expect(file.length).toBeLessThan(14_000);
    for (const ref of chunked.ref.chunks) {
      expect(await open.chunk(ref)).toEqual(chunked.chunks.get(ref.digest));
    }
  });

  it('is refused with any bit turned, or opens as if it had not been', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length * 8 - 1), async bit => {
        const turned = file.slice();
        turned[bit >> 3]! ^= 1 << (bit & 7);
        try {
          const open = await openBundle(sourceOf(turned));
          await verifyBundle(open);
          // gzip's own header holds bits that mean nothing (RFC 1952 §2.3).
          expect(open.bundle.versions).toEqual(contents.versions);
          for (const ref of chunked.ref.chunks) {
            expect(await open.chunk(ref)).toEqual(chunked.chunks.get(ref.digest));
          }
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(HaversackError);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is refused wherever it was cut, and with anything behind it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), async length => {
        await expect(openBundle(sourceOf(file.slice(0, length)))).rejects.toBeInstanceOf(HaversackError);
      }),
      { numRuns: 100 },
    );
    await expect(openBundle(sourceOf(joinBytes([file, Uint8Array.of(0)])))).rejects.toMatchObject({
      code: 'ChunkInvalid',
    });
  });

  it('is refused when another than its carrier signed it', async () => {
    const forged = await reindexed(() => undefined, registry);
    await expect(openBundle(sourceOf(forged))).rejects.toMatchObject({ code: 'SignatureInvalid' });
    const misnamed = await reindexed(signed => {
      signed['carrier'] = { keyId: carrier.keyId, publicKey: registry.publicKey };
    }, registry);
    await expect(openBundle(sourceOf(misnamed))).rejects.toMatchObject({ code: 'SignatureInvalid' });
  });

  it('carries nothing that no document in it speaks of', async () => {
    const stray = await chunkFile(new TextEncoder().encode('something else'));
    await expect(openBundle(sourceOf(await write(contents, stray)))).rejects.toMatchObject({
      code: 'DocumentInvalid',
      detail: expect.stringContaining('belongs to nothing') as unknown,
    });
  });

  it('unpacks no chunk beyond its size, whatever gzip would make of it', async () => {
    const bomb = gzip(new Uint8Array(50_000_000));
    const small = { digest: chunked.ref.chunks[1]!.digest, bytes: 10_000 };
    const forged = await reindexed(signed => {
      signed['chunks'] = [{ ...small, stored: bomb.length, encoding: 'gzip' }];
    }, carrier);
    const length = new DataView(forged.buffer).getUint32(8, true);
    const open = openBundle(sourceOf(joinBytes([forged.slice(0, 12 + length), bomb])));
    await expect(open).rejects.toMatchObject({ code: 'ChunkInvalid' });
    const inside = gzip(new Uint8Array(1_000_000));
    const second = await reindexed(signed => {
      signed['chunks'] = [{ ...small, stored: inside.length, encoding: 'gzip' }];
    }, carrier);
    const end = 12 + new DataView(second.buffer).getUint32(8, true);
    const opened = await openBundle(sourceOf(joinBytes([second.slice(0, end), inside])));
    await expect(verifyBundle(opened)).rejects.toMatchObject({ code: 'TooLarge' });
  });
});
