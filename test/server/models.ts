// Small real models, and what a device makes of them.
import { randomBytes } from 'node:crypto';
import { chunkFile, type FileRef } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { sha256 } from '../../src/core/artifact/digest.ts';
import { type Candidate, type Manifest, manifestSchema } from '../../src/core/artifact/documents.ts';
import {
  type Envelope,
  envelopeDigest,
  readDocument,
  signDocument,
} from '../../src/core/artifact/signature.ts';
import type { VersionDetail } from '../../src/core/artifact/registry-api.ts';
import { gzip } from '../../src/core/gzip.ts';
import { architectureDigest } from '../../src/core/onnx/architecture.ts';
import { GraphBuilder } from '../../src/core/onnx/build.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { patchInitializers } from '../../src/core/onnx/patch.ts';
import { float32 } from '../../src/core/tensor.ts';
import { type Answer, asBuffer, type TestDevice, type TestServer } from './support.ts';

export const labels = ['left', 'right'];
const inputs = 2;
const hidden = 64;

/**
 * probabilities [n, 2] = softmax(relu(x · W₁) · W₂): says `right` where x₀ > x₁, `left` else. 64 hidden units, so that
 * there is something to compress.
 */
export function classifier(sharpness = 4): Bytes {
  const first = new Float32Array(inputs * hidden);
  const second = new Float32Array(hidden * 2);
  for (let unit = 0; unit < hidden; unit += 1) {
    const sign = unit % 2 === 0 ? 1 : -1;
    first[unit] = sign;
    first[hidden + unit] = -sign;
    second[unit * 2 + (sign > 0 ? 1 : 0)] = sharpness / hidden;
  }
  return new GraphBuilder('classifier')
    .input('x', 'FP32', [-1, inputs])
    .initializer('first', float32([inputs, hidden], first))
    .initializer('second', float32([hidden, 2], second))
    .node('MatMul', ['x', 'first'], ['h'])
    .node('Relu', ['h'], ['r'])
    .node('MatMul', ['r', 'second'], ['logits'])
    .node('Softmax', ['logits'], ['probabilities'], { axis: { int: -1 } })
    .output('probabilities', 'FP32', [-1, 2])
    .build();
}

/** Sends what the registry lacks, as a client does. */
export async function upload(
  server: TestServer,
  file: Bytes,
  token: string = server.key,
  layout: Parameters<typeof chunkFile>[1] = [],
): Promise<FileRef> {
  const { ref, chunks } = await chunkFile(file, layout);
  const missing = await server.ask('POST', 'chunks/missing', {
    token,
    body: { digests: [...chunks.keys()] },
  });
  for (const digest of missing.json['missing'] as string[]) {
    await server.ask('PUT', `chunks/${digest}`, { token, body: asBuffer(chunks.get(digest)!) });
  }
  return ref;
}

export async function push(
  server: TestServer,
  model: string,
  file: Bytes,
  more: object = { labels },
): Promise<Answer> {
  let layout: ReturnType<typeof tensorLayout> = [];
  try {
    layout = tensorLayout(file);
  } catch {
    // What is no model is sent all the same: the registry says so.
  }
  const ref = await upload(server, file, server.key, layout);
  return server.ask('POST', `models/${model}/versions`, { token: server.key, body: { file: ref, ...more } });
}

export function manifestOf(answer: Answer): Manifest {
  return readDocument((answer.json as unknown as VersionDetail).manifest, manifestSchema);
}

export interface CandidateOptions {
  /** Of the model. */
  readonly rewrite?: (file: Bytes) => Bytes;
  readonly change?: Partial<Candidate>;
  readonly recordedTolerance?: number;
  /** What the recorded case claims for [1, 0]. */
  readonly recordedAnswer?: readonly [number, number];
}

/** A fine-tuned child of `parent`, its chunks sent, signed by `device`. */
export async function makeCandidate(
  server: TestServer,
  device: TestDevice,
  token: string,
  parent: { detail: Answer; file: Bytes },
  options: CandidateOptions = {},
): Promise<Envelope> {
  const manifest = manifestOf(parent.detail);
  const head = Float32Array.from({ length: hidden * 2 }, (_, i) => (i % 4 === 1 || i % 4 === 2 ? 0.1 : 0));
  head[0] = randomBytes(1)[0]! / 2 ** 20;
  const patched = patchInitializers(parent.file, new Map([['second', float32([hidden, 2], head)]]));
  const file = options.rewrite ? options.rewrite(patched) : patched;
  const csv = new TextEncoder().encode(
    'x0,x1,side,part\n1,0,right,test\n0,1,left,test\n2,0,right,test\n3,1,right,train\n',
  );
  const p = 1 / (1 + Math.exp((-hidden / 2) * 0.1));
  const recorded = {
    tolerance: options.recordedTolerance ?? 1e-2,
    cases: [
      {
        inputs: { x: { datatype: 'FP32', shape: [1, 2], data: [1, 0] } },
        outputs: {
          probabilities: { datatype: 'FP32', shape: [1, 2], data: options.recordedAnswer ?? [1 - p, p] },
        },
      },
    ],
  };
  const send = (bytes: Bytes) => upload(server, bytes, token);
  const candidate: Candidate = {
    type: 'candidate',
    formatVersion: 1,
    model: manifest.model,
    parent: {
      version: manifest.version,
      digest: await envelopeDigest((parent.detail.json as unknown as VersionDetail).manifest),
    },
    task: 'classification',
    interface: manifest.interface,
    labels,
    architecture: await architectureDigest(file),
    evaluations: [],
    recipe: { kind: 'train' },
    data: {
      digest: await sha256(csv),
      rows: { train: 1, validation: 0, test: 3 },
      added: null,
    },
    createdAt: new Date().toISOString(),
    device: device.keyId,
    authority: { variant: 'fp32', file: await upload(server, file, token, tensorLayout(file)) },
    artifacts: {
      dataset: {
        file: await send(gzip(csv)),
        mediaType: 'text/csv',
        encoding: 'gzip',
        rows: 4,
        schema: { features: ['x0', 'x1'], target: 'side', split: 'part' },
        source: null,
        licence: null,
      },
      recorded: {
        file: await send(new TextEncoder().encode(JSON.stringify(recorded))),
        mediaType: 'application/json',
        cases: 1,
      },
      topology: null,
    },
    note: null,
    ...options.change,
  };
  return signDocument(candidate, device);
}
