// A version's trial in the worker, as the page asks for it before an update.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WorkerBridge } from '../../src/app/bridge/worker-bridge.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { Recorded } from '../../src/core/artifact/recorded.ts';
import { GraphBuilder } from '../../src/core/onnx/build.ts';
import { float32 } from '../../src/core/tensor.ts';
import { type Database, openHaversackDB } from '../../src/device/db.ts';
import { valueOf } from './outcome.ts';
import { smallRecord, storeVersion } from './stored.ts';

const bridge = new WorkerBridge('serving');
let db: Database;

/** The first case is right, as serving looks at; the second is not. */
function liesLater(): Recorded {
  const { tolerance, cases } = smallRecord();
  return { tolerance, cases: [...cases, ...smallRecord([0.1, 0.1, 0.8]).cases] };
}

function ofUnknownOperator(): Bytes {
  const graph = new GraphBuilder('unknown').input('x', 'FP32', [-1, 2]);
  graph.node('NoSuchOperator', ['x'], ['probabilities']);
  return graph.output('probabilities', 'FP32', [-1, 3]).build();
}

beforeAll(async () => {
  db = await openHaversackDB();
  await storeVersion(db, { model: 'honest', recorded: smallRecord() });
  await storeVersion(db, { model: 'later', recorded: liesLater() });
  await storeVersion(db, { model: 'unknown', file: ofUnknownOperator(), recorded: smallRecord() });
});

afterAll(() => {
  bridge.stop();
  db.close();
});

const trialOf = (model: string, variant = 'fp32') =>
  bridge.call(api => api.tryVersion({ model, version: 1, variant }));

test('looks at every recorded case, and not only at the first', async () => {
  expect((await bridge.call(api => api.open({ model: 'later', version: 1 }))).ok).toBe(true);
  expect(valueOf(await trialOf('later')).problem).toMatch(/away from what was recorded/);
});

test('passes what answers as recorded, opens nothing, and what is open answers meanwhile', async () => {
  const { handle } = valueOf(await bridge.call(api => api.open({ model: 'honest', version: 1 })));
  const open = await bridge.call(async api => ({ ok: true as const, value: await api.openCount() }));
  const [trial, answered] = await Promise.all([
    trialOf('honest'),
    bridge.predict(handle, { x: float32([1, 2], [1, 2]) }),
  ]);
  expect(valueOf(trial)).toEqual({ problem: null });
  expect(answered.ok).toBe(true);
  const after = await bridge.call(async api => ({ ok: true as const, value: await api.openCount() }));
  expect(after).toEqual(open);
});

test('fails what does not open', async () => {
  expect(valueOf(await trialOf('unknown')).problem).not.toBeNull();
});

test('says nothing of a version that is not here, or damaged', async () => {
  expect(await trialOf('absent')).toMatchObject({ ok: false, error: { code: 'NotInstalled' } });
  await storeVersion(db, { model: 'hurt', recorded: smallRecord() });
  for (const key of await db.getAllKeys('chunks')) {
    const chunk = (await db.get('chunks', key))!;
    const bytes = new Uint8Array(chunk.bytes);
    bytes[0]! ^= 1;
    await db.put('chunks', { digest: key, bytes: bytes.buffer });
  }
  expect(await trialOf('hurt')).toMatchObject({ ok: false, error: { code: 'ChunkInvalid' } });
});

test('says nothing of a large one that is damaged, whose weights are read while it is opened', async () => {
  const graph = new GraphBuilder('large').input('x', 'FP32', [-1, 2]);
  const columns = 2 ** 21 + 1;
  graph.initializer('W', float32([2, columns], new Float32Array(2 * columns)));
  graph.node('MatMul', ['x', 'W'], ['probabilities']);
  const file = graph.output('probabilities', 'FP32', [-1, columns]).build();
  const { authority } = await storeVersion(db, { model: 'large', file, recorded: smallRecord() });
  await db.delete('chunks', authority.file.chunks.at(-1)!.digest);
  expect(await trialOf('large')).toMatchObject({ ok: false, error: { code: 'NotInstalled' } });
});
