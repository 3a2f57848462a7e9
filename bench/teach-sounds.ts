// `teach-sounds`: classes that are taught by showing seconds of sound, by what is built in, beside the same by a detector's trunk
// that sees the spectrogram: how many of those that were not shown are wrong.
import { openNodeSession } from '../server/inference/session.ts';
import { importGraphModel } from '../src/core/import/tfjs-graph/import-graph-model.ts';
import type { Embedder } from '../src/core/teach/embedder.ts';
import { embeddingOutput, makeEmbedder } from '../src/core/teach/make-embedder.ts';
import { assumedPreparation } from '../src/core/teach/photo-preparation.ts';
import { makeSoundEmbedder } from '../src/core/teach/sound-embedder.ts';
import { soundInput } from '../src/core/teach/sound-preparation.ts';
import { soundLength } from '../src/core/teach/sound-windows.ts';
import { float32 } from '../src/core/tensor.ts';
import type { Setting } from './catalogue.ts';
import { compared, type Row } from './harness.ts';
import { humanModel } from './imports/human-models.ts';
import { backbone } from './teach/backbone.ts';
import { drawnShares, type Embedded, type Extent, type Shares, spreadOf } from './teach/drawn-shares.ts';
import { recordedSounds, recordingsOfClass } from './teach/recorded-sounds.ts';
import { type SoundSet, soundSets } from './teach/sound-sets.ts';

const recorded = 'recorded';
export const soundSetNames = [...soundSets.map(({ name }) => name), recorded];

/** Sounds of a class that are shown, and others that are asked. */
const few = 5;
const extents = {
  full: { many: 50, heldOut: 30, draws: 5 },
  short: { many: 15, heldOut: 10, draws: 2 },
} as const;
/** Of what is recorded there are no more. */
const recordedExtent = { many: 8, heldOut: recordingsOfClass - 8, draws: 5 };

export async function teachSoundsBench({ root, tell, only, length }: Setting): Promise<Row[]> {
  const [builtIn, detector] = [await makeSoundEmbedder(), await detectorEmbedder(root)];
  const rows: Row[] = [];
  // What was recorded has to be fetched: in short only where it is asked for by name.
  const all = soundSetNames.filter(name => length === 'full' || name !== recorded);
  for (const name of only === null ? all : [only]) {
    const isRecorded = name === recorded;
    const extent = isRecorded ? recordedExtent : extents[length];
    const set = isRecorded ? await recordedSounds(root) : soundSets.find(each => each.name === name)!;
    const ours = await heard(builtIn, set, extent);
    const theirs = await heard(detector, set, extent);
    for (const count of [few, extent.many]) {
      const [our, their] = [await drawnShares(ours, count, extent), await drawnShares(theirs, count, extent)];
      const note = `built in: ${told(our)}; ${backbone.name}: ${told(their)}`;
      tell(`${set.name}, ${count} a class: ${note}`);
      const row = { case: `${set.name}, ${count} a class`, metric: 'of 100 wrong', goal: null };
      const peer = `${backbone.name} on the spectrogram`;
      rows.push({ ...compared({ ...row, peer }, wrong(our), wrong(their)), note });
    }
  }
  return rows;
}

async function detectorEmbedder(root: string): Promise<Embedder> {
  const imported = importGraphModel(await humanModel(root, backbone.name));
  const { side, value, width } = backbone;
  const preparation = { ...assumedPreparation(imported.interface.inputs[0]!)!, height: side, width: side };
  return makeEmbedder(imported.model, { value, width, pools: true, share: 1 }, preparation, 'sound');
}

async function heard(embedder: Embedder, set: SoundSet, { many, heldOut }: Extent): Promise<Embedded> {
  const ofClass = many + heldOut;
  const session = await openNodeSession(embedder.model);
  const rows: Float32Array<ArrayBuffer>[] = [];
  for (let place = 0; place < set.classes.length * ofClass; place++) {
    const sound = set.soundOf(Math.floor(place / ofClass), place % ofClass);
    const outputs = await session.run({ [soundInput]: float32([1, soundLength], sound) });
    rows.push(outputs[embeddingOutput]!.data as Float32Array<ArrayBuffer>);
  }
  await session.dispose();
  return { width: embedder.width, classes: set.classes.length, ofClass, rows };
}

/** Half an answer in a thousand counts as none wrong: a ratio needs something to divide by. */
function wrong({ head }: Shares): number[] {
  return head.map(share => 100 * Math.max(1 - share, 5e-4));
}

function told({ head, nearest }: Shares): string {
  return `head ${spreadOf(head)}, k-NN ${spreadOf(nearest)}`;
}
