// A run that leaves states, and states that can be told apart.
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { LeftState, RunHead } from '../../src/device/checkpoints.ts';

export function runOf(id: string, model = 'digits'): RunHead {
  return {
    id: id.padEnd(64, '0'),
    request: {
      model,
      version: 1,
      shareSamples: false,
      recipe: {
        kind: 'train',
        engine: 'onnx',
        scope: 'all',
        loss: 'sparse-categorical-cross-entropy',
        optimizer: 'adam',
        learningRate: 0.01,
        epochs: 10,
        batchSize: 32,
        seed: 1,
        newSampleRepeats: 1,
      },
    },
    versionDigest: 'a'.repeat(64),
    dataDigest: 'b'.repeat(64),
    provider: 'wasm',
    steps: 100,
    startedAt: '2026-01-01T10:00:00.000Z',
  };
}

/** Every byte of it is made of the step. */
export function stateAt(step: number, length = 1000): LeftState {
  return { step, epoch: 1, bytes: new Uint8Array(length).fill(step % 251) };
}

/** The step that the bytes are of; throws where they are of several. */
export function stepOf(bytes: Bytes): number {
  const step = bytes[0]!;
  if (bytes.some(byte => byte !== step)) throw new Error('the bytes are of several states');
  return step;
}
