// A graph model as the reference computes it, TensorFlow.js on its CPU backend, and imported, in ONNX Runtime for Node.
import '@tensorflow/tfjs-backend-cpu';
import type { Answer } from '../../../../bench/imports/answers.ts';
import { answersOf, openGraphModel } from '../../../../bench/imports/tfjs-model.ts';
import { openNodeSession } from '../../../../server/inference/session.ts';
import type { Bytes } from '../../../../src/core/artifact/digest.ts';
import { importGraphModel } from '../../../../src/core/import/tfjs-graph/import-graph-model.ts';
import type { Imported, ImportFile } from '../../../../src/core/import/imported.ts';
import type { TensorMap } from '../../../../src/core/tensor.ts';

export async function answersOfOnnx(model: Bytes, feeds: TensorMap): Promise<Map<string, Answer>> {
  const session = await openNodeSession(model);
  const results = await session.run(feeds);
  await session.dispose();
  return new Map(
    Object.entries(results).map(([name, { shape, data }]) => [name, { shape, data: data as Float32Array }]),
  );
}

export interface BothAnswers {
  readonly imported: Imported;
  /** For each of the feeds. */
  readonly theirs: readonly Map<string, Answer>[];
  readonly ours: readonly Map<string, Answer>[];
}

/** @param files `model.json` and its one shard, if it has one */
export async function onBoth(
  files: readonly ImportFile[],
  feedsFor: (imported: Imported) => readonly TensorMap[],
): Promise<BothAnswers> {
  const imported = importGraphModel(files);
  const names = imported.interface.outputs.map(({ name }) => name);
  const model = await openGraphModel(files[0]!.bytes, files[1]?.bytes ?? new Uint8Array());
  const feeds = feedsFor(imported);
  const theirs: Map<string, Answer>[] = [];
  const ours: Map<string, Answer>[] = [];
  for (const each of feeds) {
    theirs.push(await answersOf(model, each, names));
    ours.push(await answersOfOnnx(imported.model, each));
  }
  model.dispose();
  return { imported, theirs, ours };
}
