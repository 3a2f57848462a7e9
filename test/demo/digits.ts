// The digits model as it is committed, a writer that it has not seen, and what two versions answer to rows.
import { readFileSync } from 'node:fs';
import { openNodeSession } from '../../server/inference/session.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { packageSchema } from '../../src/core/artifact/package.ts';
import type { LabelledRows } from '../../src/core/data/labelled-rows.ts';
import { decide } from '../../src/core/evaluate/decide.ts';
import { float32 } from '../../src/core/tensor.ts';
import { newWriter } from '../fixtures/new-writer.ts';

export const read = (name: string): Bytes => new Uint8Array(readFileSync(`demo/models/digits/1/${name}`));
export const document = packageSchema.parse(
  JSON.parse(readFileSync('demo/models/digits/1/version.json', 'utf8')),
);
export const labels = document.labels!;
export const parent = read('model.onnx');
export const writer = newWriter(2);

export async function answersOf(file: Bytes, { features, rows }: LabelledRows): Promise<Int32Array> {
  const session = await openNodeSession(file);
  const outputs = await session.run({ image: float32([rows, 1, 8, 8], features) });
  await session.dispose();
  return Int32Array.from(decide(document.interface, labels, outputs), ({ index }) => index!);
}
