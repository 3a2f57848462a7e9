// Signers, files and documents as a registry has them, made for tests.
import { getPublicKeyAsync, signAsync } from '@noble/ed25519';
import { toBase64Url } from '../../src/core/artifact/base64url.ts';
import type { FileRef } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { Manifest, Variant } from '../../src/core/artifact/documents.ts';
import { keyIdOf, type Signer } from '../../src/core/artifact/signature.ts';

export async function makeSigner(): Promise<Signer> {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const publicKey = toBase64Url(await getPublicKeyAsync(secret));
  return { publicKey, keyId: await keyIdOf(publicKey), sign: bytes => signAsync(bytes, secret) };
}

/** Deterministic bytes that do not repeat. */
export function noise(length: number, seed: number): Bytes {
  const bytes = new Uint8Array(length);
  let state = seed * 2654435761 + 1;
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** A file of `parts` pieces of 8 KiB, each a chunk. Equal seeds give equal chunks. */
export function fileOf(seeds: readonly number[]): {
  file: Bytes;
  tensors: { offset: number; bytes: number }[];
} {
  const size = 8192;
  const file = new Uint8Array(size * seeds.length);
  seeds.forEach((seed, i) => file.set(noise(size, seed), i * size));
  return { file, tensors: seeds.map((_seed, i) => ({ offset: i * size, bytes: size })) };
}

export function now(): string {
  return new Date().toISOString();
}

export function manifestOf(
  model: string,
  version: number,
  file: FileRef,
  artifacts: Manifest['artifacts'],
): Manifest {
  return {
    type: 'manifest',
    formatVersion: 1,
    model,
    version,
    candidate: null,
    parent: null,
    task: 'other',
    interface: {
      inputs: [],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 1], meaning: null }],
      decision: null,
    },
    labels: null,
    architecture: 'a'.repeat(64),
    evaluations: [],
    recipe: null,
    data: null,
    createdAt: now(),
    device: null,
    authority: { variant: 'fp32', file },
    artifacts,
    note: null,
  };
}

export function variantOf(model: string, version: number, versionDigest: string, file: FileRef): Variant {
  return {
    type: 'variant',
    formatVersion: 1,
    model,
    version,
    versionDigest,
    variant: 'int8',
    recipe: { kind: 'quantize-weights', bits: 8, perChannel: true },
    runtime: 'test',
    pinnedTo: null,
    file,
    evaluations: [],
    createdAt: now(),
  };
}
