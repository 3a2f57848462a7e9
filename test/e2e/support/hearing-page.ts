// A page of a model that hears, made without an app: it tells loud from quiet.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { writeWav } from '../../../src/core/data/wav.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { composePage, type PageOf } from '../../../src/core/page/compose-page.ts';
import { soundLength, soundRate } from '../../../src/core/teach/sound-windows.ts';

const app = join(import.meta.dirname, '..', '..', '..', 'dist', 'app');

const readBytes = async (path: string): Promise<Bytes> => new Uint8Array(await readFile(join(app, path)));

/** ONNX Runtime's WebAssembly, of the build. */
export async function builtWasm(): Promise<Bytes> {
  const { wasm } = JSON.parse(await readFile(join(app, 'runtime.json'), 'utf8')) as { wasm: string[] };
  return readBytes(wasm.find(path => path.endsWith('.wasm'))!);
}

/** @param home a folder that is not there yet, where the page is put */
export async function writeHearingPage(home: string): Promise<void> {
  const of = { body: loudness, version: null, variant: 'fp32', file: loudnessModel(), licence: null };
  await mkdir(home);
  for (const { path, bytes } of await composePage(
    of,
    name => readBytes(join('page', name)),
    await builtWasm(),
  )) {
    await writeFile(join(home, path), bytes);
  }
}

/** A square wave, of which the mean size is its height. */
const height = 0.25;

export const wave = {
  name: 'wave.wav',
  mimeType: 'audio/wav',
  buffer: Buffer.from(
    writeWav(
      Float32Array.from({ length: soundLength }, (_, i) => (i % 2 ? height : -height)),
      soundRate,
    ),
  ),
};

/** How loud the model says that it is. */
export const loudnessOfWave = 1 / (1 + Math.exp(-20 * height));

const loudness: PageOf['body'] = {
  model: 'loudness',
  createdAt: '2026-11-27T00:00:00.000Z',
  labels: ['loud', 'quiet'],
  interface: {
    inputs: [
      {
        name: 'x',
        datatype: 'FP32',
        shape: [-1, soundLength],
        meaning: { kind: 'waveform', sampleRate: soundRate },
      },
    ],
    outputs: [
      { name: 'p', datatype: 'FP32', shape: [-1, 2], meaning: { kind: 'probabilities', unit: null } },
    ],
    decision: { kind: 'softmax', output: 'p', from: 'probabilities', notSureBelow: 0 },
  },
  artifacts: { dataset: null, recorded: null, topology: null },
};

/** softmax(10 m, −10 m), where m is the mean size of all samples. */
function loudnessModel(): Bytes {
  const weights = Float32Array.from({ length: 2 * soundLength }, (_, i) => (i % 2 ? -10 : 10) / soundLength);
  return new GraphBuilder('loudness')
    .input('x', 'FP32', [-1, soundLength])
    .initializer('w', { datatype: 'FP32', shape: [soundLength, 2], data: weights })
    .node('Abs', ['x'], ['size'])
    .node('MatMul', ['size', 'w'], ['logits'])
    .node('Softmax', ['logits'], ['p'], { axis: { int: 1 } })
    .output('p', 'FP32', [-1, 2])
    .build();
}
