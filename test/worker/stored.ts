// Puts a small version into the device's store, as a pull would leave it: what the worker's tests open.
import { getPublicKeyAsync, signAsync } from '@noble/ed25519';
import { toBase64Url } from '../../src/core/artifact/base64url.ts';
import { chunkFile, type ChunkedFile } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { Manifest } from '../../src/core/artifact/documents.ts';
import type { Recorded } from '../../src/core/artifact/recorded.ts';
import { keyIdOf, signDocument } from '../../src/core/artifact/signature.ts';
import { architectureDigest } from '../../src/core/onnx/architecture.ts';
import { GraphBuilder } from '../../src/core/onnx/build.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { float32 } from '../../src/core/tensor.ts';
import type { Database } from '../../src/device/db.ts';

/** softmax(x · W): x [n, 2], W [2, 3]. */
export function smallModel(): Bytes {
  const graph = new GraphBuilder('small').input('x', 'FP32', [-1, 2]);
  graph.initializer('W', float32([2, 3], [1, 0, -1, 0, 1, 0.5]));
  graph.node('MatMul', ['x', 'W'], ['logits']);
  graph.node('Softmax', ['logits'], ['probabilities'], { axis: { int: 1 } });
  return graph.output('probabilities', 'FP32', [-1, 3]).build();
}

/** For x = [1, 2]: logits 1, 2, 0. */
export const smallAnswer = [1, 2, 0].map(logit => Math.exp(logit) / (Math.E + Math.E ** 2 + 1));

export function smallRecord(outputs: readonly number[] = smallAnswer): Recorded {
  return {
    tolerance: 1e-4,
    cases: [
      {
        inputs: { x: { datatype: 'FP32', shape: [1, 2], data: [1, 2] } },
        outputs: { probabilities: { datatype: 'FP32', shape: [1, 3], data: [...outputs] } },
      },
    ],
  };
}

export const text = (value: unknown): Bytes =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

export interface StoredOptions {
  readonly model: string;
  readonly file?: Bytes;
  readonly recorded?: Recorded | null;
  readonly overrides?: Partial<Manifest>;
  /** More files whose chunks are to be there (data set, topology). */
  readonly files?: readonly ChunkedFile[];
}

export async function storeVersion(db: Database, options: StoredOptions): Promise<Manifest> {
  const { model, file = smallModel(), recorded = null, overrides = {}, files = [] } = options;
  const chunked = await chunkFile(file, tensorLayout(file));
  const record = recorded && (await chunkFile(text(recorded)));
  const manifest: Manifest = {
    type: 'manifest',
    formatVersion: 1,
    model,
    version: 1,
    parent: null,
    candidate: null,
    task: 'classification',
    interface: {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2], meaning: null }],
      outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 3], meaning: null }],
      decision: { kind: 'softmax', output: 'probabilities', from: 'probabilities', notSureBelow: 0 },
    },
    labels: ['a', 'b', 'c'],
    architecture: await architectureDigest(file),
    evaluations: [],
    recipe: null,
    data: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    device: null,
    authority: { variant: 'fp32', file: chunked.ref },
    note: null,
    ...overrides,
    artifacts: {
      dataset: null,
      topology: null,
      ...overrides.artifacts,
      recorded: record && {
        file: record.ref,
        mediaType: 'application/json',
        cases: recorded.cases.length,
      },
    },
  };
  for (const { chunks } of [chunked, ...(record ? [record] : []), ...files]) {
    for (const [digest, bytes] of chunks) await db.put('chunks', { digest, bytes: bytes.slice().buffer });
  }
  await db.put('installed', {
    model,
    version: 1,
    manifest: await signDocument(manifest, await testSigner()),
    variantDocuments: [],
    variants: ['fp32'],
    trainable: manifest.artifacts.dataset !== null,
    installedAt: manifest.createdAt,
    lastUsedAt: manifest.createdAt,
    pinned: false,
  });
  return manifest;
}

async function testSigner() {
  const secret = new Uint8Array(32).fill(7);
  const publicKey = toBase64Url(await getPublicKeyAsync(secret));
  return {
    keyId: await keyIdOf(publicKey),
    publicKey,
    sign: (bytes: Bytes) => signAsync(bytes, secret),
  };
}
