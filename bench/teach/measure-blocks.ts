// How often a head alone is right, and how often with the last blocks taught too, on the same photographs: by ONNX Runtime in
// Node, one thread.
import { nodeSessions } from '../../server/inference/session.ts';
import { seededRandom } from '../../src/core/data/random.ts';
import { importGraphModel } from '../../src/core/import/tfjs-graph/import-graph-model.ts';
import { memoryStepHost } from '../../src/core/runtime/step-host.ts';
import { composeClassifier, probabilitiesOutput } from '../../src/core/teach/compose-classifier.ts';
import type { Embedder } from '../../src/core/teach/embedder.ts';
import { embeddingOutput, makeEmbedder } from '../../src/core/teach/make-embedder.ts';
import type { PhotoChanges } from '../../src/core/teach/photo-changes.ts';
import { assumedPreparation } from '../../src/core/teach/photo-preparation.ts';
import { teachLastBlocks } from '../../src/core/teach/teach-last-blocks.ts';
import { trainHead } from '../../src/core/teach/train-head.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { humanModel } from '../imports/human-models.ts';
import { backbone } from './backbone.ts';
import type { DrawnSet } from './draw-photos.ts';
import { photoSide } from './photo-sets.ts';

const open = nodeSessions({ intraOpNumThreads: 1 });

/** What both sides of the bench see by. @param root of the project */
export async function backboneEmbedder(root: string): Promise<Embedder> {
  const imported = importGraphModel(await humanModel(root, backbone.name));
  const { side, value, width } = backbone;
  const preparation = { ...assumedPreparation(imported.interface.inputs[0]!)!, height: side, width: side };
  return makeEmbedder(imported.model, { value, width, pools: true, share: 1 }, preparation);
}

export interface Compared {
  /** Shares of the held-out photographs. */
  readonly head: number;
  readonly blocks: number;
  /** That were run. */
  readonly epochs: number;
  readonly seconds: number;
}

export interface BlocksDraw {
  readonly shown: number;
  readonly heldOut: number;
  readonly seed: number;
  readonly changes: PhotoChanges;
}

/** @param heldOut of each class, the same for each number that is shown */
export async function compareBlocks(
  embedder: Embedder,
  { classes, perClass, photos }: DrawnSet,
  { shown, heldOut, seed, changes }: BlocksDraw,
): Promise<Compared> {
  const random = seededRandom(seed);
  const places = Array.from({ length: classes }, (_, label) =>
    random.shuffle(Array.from({ length: perClass }, (_nth, i) => label * perClass + i)),
  );
  const [train, test] = [
    places.flatMap(each => each.slice(0, shown)),
    places.flatMap(each => each.slice(-heldOut)),
  ];
  const photo = (place: number): Tensor => {
    return { datatype: 'UINT8', shape: [1, photoSide, photoSide, 3], data: photos[place]! };
  };
  const labelOf = (place: number) => Math.floor(place / perClass);
  const rows = {
    width: embedder.width,
    classes,
    embeddings: await embedded(embedder, train.map(photo)),
    labels: Int32Array.from(train, labelOf),
    recordings: train.map(String),
  };
  const { head } = await trainHead(rows);
  const startedAt = performance.now();
  const taught = await teachLastBlocks(
    { embedder, rows, photo: row => Promise.resolve(photo(train[row]!)), changes, seed },
    { openSession: open, openHost: () => memoryStepHost('cpu', open) },
    { checkpoint: () => Promise.resolve() },
    () => undefined,
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const right = (file: Uint8Array<ArrayBuffer>) =>
    rightShare(
      file,
      test.map(place => ({ photo: photo(place), label: labelOf(place) })),
    );
  return {
    head: await right(composeClassifier(embedder, head)),
    blocks: await right(taught.file),
    epochs: taught.epochs,
    seconds,
  };
}

async function embedded({ model, width }: Embedder, photos: readonly Tensor[]) {
  const session = await open(model);
  const embeddings = new Float32Array(photos.length * width);
  for (const [row, photo] of photos.entries()) {
    embeddings.set((await session.run({ photo }))[embeddingOutput]!.data as Float32Array, row * width);
  }
  await session.dispose();
  return embeddings;
}

async function rightShare(
  file: Uint8Array<ArrayBuffer>,
  tests: readonly { readonly photo: Tensor; readonly label: number }[],
): Promise<number> {
  const session = await open(file);
  let right = 0;
  for (const { photo, label } of tests) {
    const answers = (await session.run({ photo }))[probabilitiesOutput]!.data as Float32Array;
    if (answers.indexOf(Math.max(...answers)) === label) right++;
  }
  await session.dispose();
  return right / tests.length;
}
