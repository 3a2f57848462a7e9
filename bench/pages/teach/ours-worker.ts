// Our side: the embedder in a session of the app's own worker, k-NN for the first answer, the head for all others.
import '../training/cores.ts';
import { NearestNeighbours } from '../../../src/core/teach/nearest-neighbours.ts';
import { type Head, probabilitiesOf } from '../../../src/core/teach/head.ts';
import { trainHead } from '../../../src/core/teach/train-head.ts';
import type { WebProvider } from '../../../src/worker/ort.ts';
import { openOrtSession } from '../../../src/worker/ort-session.ts';
import { fetchBytes } from '../import/side.ts';
import { rightShare, serveSide } from './side.ts';

serveSide(async backend => {
  const session = await openOrtSession(await fetchBytes('/models/embedder.onnx'), backend as WebProvider);
  const width = session.outputs[0]!.shape[1]!;
  return {
    width,
    learnsAsTheyCome: true,
    async embed({ rgba, width: columns, height: rows }) {
      const photo = { datatype: 'UINT8' as const, shape: [1, rows, columns, 3], data: withoutAlpha(rgba) };
      return (await session.run({ photo }))['embedding']!.data as Float32Array<ArrayBuffer>;
    },
    answer({ embeddings, labels }, asked) {
      const known = new NearestNeighbours(width);
      labels.forEach((label, row) => {
        known.add(String(row), embeddings.subarray(row * width, (row + 1) * width), String(label));
      });
      const [label] = [...known.answer(asked)].reduce((best, each) => (each[1] > best[1] ? each : best));
      return Promise.resolve(Number(label));
    },
    async learn(shown, tests) {
      const started = performance.now();
      const { head } = await trainHead(shown);
      const milliseconds = performance.now() - started;
      return { milliseconds, right: rightShare(answersOf(head, tests.embeddings), tests) };
    },
  };
});

function answersOf(head: Head, embeddings: Float32Array): number[] {
  const probabilities = probabilitiesOf(head, embeddings);
  return Array.from({ length: embeddings.length / head.width }, (_, row) => {
    const ofRow = probabilities.subarray(row * head.classes, (row + 1) * head.classes);
    return ofRow.indexOf(Math.max(...ofRow));
  });
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array<ArrayBuffer> {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    rgb[to++] = rgba[from]!;
    rgb[to++] = rgba[from + 1]!;
    rgb[to++] = rgba[from + 2]!;
  }
  return rgb;
}
