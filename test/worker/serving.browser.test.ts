// The worker as the page has it: through the bridge, on models that lie in IndexedDB.
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WorkerBridge } from '../../src/app/bridge/worker-bridge.ts';
import { operatorTypes } from '../../src/core/onnx/operator-types.ts';
import { quantizeWeights } from '../../src/core/passes/quantize-weights.ts';
import { unfoldWeights } from '../../src/core/runtime/unfold-weights.ts';
import { float32 } from '../../src/core/tensor.ts';
import { type Database, openHaversackDB } from '../../src/device/db.ts';
import { hasWebGpu, loadOrt, sessionOptions } from '../../src/worker/ort.ts';
import { smallAnswer, smallModel, smallRecord, storeVersion, text } from './stored.ts';
import { valueOf } from './outcome.ts';

const providers = (await hasWebGpu()) ? (['wasm', 'webgpu'] as const) : (['wasm'] as const);
const bridge = new WorkerBridge('serving');
let db: Database;

beforeAll(async () => {
  db = await openHaversackDB();
  await storeVersion(db, { model: 'small', recorded: smallRecord() });
  await storeVersion(db, { model: 'liar', recorded: smallRecord([0.1, 0.1, 0.8]) });
});

afterAll(() => {
  bridge.stop();
  db.close();
});

describe('open and predict', () => {
  test('a stored version answers what its record says, on WASM first', async () => {
    const opened = valueOf(await bridge.call(api => api.open({ model: 'small', version: 1 })));
    expect(opened).toMatchObject({ variant: 'fp32', provider: 'wasm' });
    expect(opened.threads).toBe(self.crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1);
    const inputs = { x: float32([2, 2], [1, 2, 0, 0]) };
    const { outputs } = valueOf(await bridge.predict(opened.handle, inputs));
    const answered = outputs['probabilities']!;
    expect(answered).toMatchObject({ datatype: 'FP32', shape: [2, 3] });
    [...smallAnswer, 1 / 3, 1 / 3, 1 / 3].forEach((value, i) => {
      expect(answered.data[i]).toBeCloseTo(value, 6);
    });
    expect(inputs.x.data).toHaveLength(4);
  });

  test('many predictions at once are all answered, each with its own', async () => {
    const { handle } = valueOf(await bridge.call(api => api.open({ model: 'small', version: 1 })));
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => bridge.predict(handle, { x: float32([1, 2], [i, 0]) })),
    );
    all.map(valueOf).forEach(({ outputs }, i) => {
      const total = Math.exp(i) + 1 + Math.exp(-i);
      expect(outputs['probabilities']!.data[0]).toBeCloseTo(Math.exp(i) / total, 5);
    });
  });

  test('a version that does not answer as recorded is not handed out', async () => {
    const result = await bridge.call(api => api.open({ model: 'liar', version: 1 }));
    expect(result).toMatchObject({ ok: false, error: { code: 'RuntimeFailed' } });
    expect(!result.ok && result.error.detail).toMatch(/away from what was recorded/);
  });

  test('says what is not on this device', async () => {
    const result = await bridge.call(api => api.open({ model: 'small', version: 2 }));
    expect(result).toMatchObject({ ok: false, error: { code: 'NotInstalled' } });
  });

  test('a wrong input is told with both shapes; the session goes on', async () => {
    const { handle } = valueOf(await bridge.call(api => api.open({ model: 'small', version: 1 })));
    const wrong = await bridge.predict(handle, { x: float32([1, 3], [1, 2, 3]) });
    expect(wrong).toMatchObject({ ok: false, error: { code: 'InputInvalid' } });
    const right = await bridge.predict(handle, { x: float32([1, 2], [1, 2]) });
    expect(right.ok).toBe(true);
  });

  test('a handle that was closed answers no more', async () => {
    const { handle } = valueOf(await bridge.call(api => api.open({ model: 'small', version: 1 })));
    expect(await bridge.call(api => api.close(handle))).toEqual({ ok: true, value: null });
    const result = await bridge.predict(handle, { x: float32([1, 2], [1, 2]) });
    expect(result).toMatchObject({ ok: false, error: { code: 'RuntimeFailed' } });
  });
});

describe('weights stored as int8', () => {
  test('answer as recorded, within what int8 costs, and as ONNX Runtime answers them without being unfolded', async () => {
    const file = quantizeWeights(smallModel(), { perChannel: true });
    expect(unfoldWeights(operatorTypes(file))).not.toBeNull();
    const { handle } = valueOf(await bridge.call(api => api.openFile(file)));
    const answered = valueOf(await bridge.predict(handle, { x: float32([1, 2], [1, 2]) }));
    const unfolded = answered.outputs['probabilities']!.data as Float32Array;
    smallAnswer.forEach((value, i) => expect(unfolded[i]).toBeCloseTo(value, 2));

    const ort = await loadOrt('wasm');
    const folded = await ort.InferenceSession.create(file, sessionOptions('wasm'));
    const { probabilities } = await folded.run({ x: new ort.Tensor('float32', [1, 2], [1, 2]) });
    const plain = probabilities!.data as Float32Array;
    await folded.release();
    plain.forEach((value, i) => expect(unfolded[i]).toBeCloseTo(value, 5));
  });
});

describe('a dropped file', () => {
  test('is inspected and opened without being installed', async () => {
    const files = [{ path: 'small.onnx', bytes: smallModel() }];
    expect(valueOf(await bridge.call(api => api.bringModel(files)))).toMatchObject({
      kind: 'model',
      file: null,
      imported: null,
      inspection: {
        operators: { MatMul: 1, Softmax: 1 },
        parameters: 6,
        interface: { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }] },
      },
    });
    const { handle } = valueOf(await bridge.call(api => api.openFile(smallModel())));
    const answered = await bridge.predict(handle, { x: float32([1, 2], [1, 2]) });
    expect(valueOf(answered).outputs['probabilities']!.data[1]).toBeCloseTo(smallAnswer[1]!, 6);
  });

  test.each(providers)('is computed on %s where that is named', async provider => {
    const opened = valueOf(await bridge.call(api => api.openFile(smallModel(), provider)));
    const answered = valueOf(await bridge.predict(opened.handle, { x: float32([1, 2], [1, 2]) }));
    expect([opened.provider, answered.provider]).toEqual([provider, provider]);
    smallAnswer.forEach((value, i) =>
      expect(answered.outputs['probabilities']!.data[i]).toBeCloseTo(value, 5),
    );
  });

  test('that is no model is NotOnnx, whether it is looked at or opened', async () => {
    const bytes = text('PK this is a zip of cats');
    const refused = { ok: false, error: { code: 'NotOnnx' } };
    expect(await bridge.call(api => api.bringModel([{ path: 'cats', bytes }]))).toMatchObject(refused);
    expect(await bridge.call(api => api.openFile(bytes))).toMatchObject(refused);
  });

  test('of another format is converted here, and computes what it did there', async () => {
    // softmax(x · w), w = [[0, 1], [0, 0]]: as a layers model of TensorFlow.js, in a zip.
    const model = {
      format: 'layers-model',
      modelTopology: {
        class_name: 'Sequential',
        config: [
          { class_name: 'Dense', config: { name: 'd', activation: 'softmax', batch_input_shape: [null, 2] } },
        ],
      },
      weightsManifest: [
        { paths: ['w.bin'], weights: [{ name: 'd/kernel', shape: [2, 2], dtype: 'float32' }] },
      ],
    };
    const zip = zipSync({
      'web/model.json': text(JSON.stringify(model)),
      'web/w.bin': new Uint8Array(Float32Array.from([0, 1, 0, 0]).buffer),
    });
    const files = [{ path: 'net.zip', bytes: new Uint8Array(zip) }];
    const brought = valueOf(await bridge.call(api => api.bringModel(files)));
    expect(brought).toMatchObject({ kind: 'model', imported: { format: 'tfjs-layers' } });
    const { handle } = valueOf(
      await bridge.call(api => api.openFile(brought.kind === 'model' ? brought.file! : text(''))),
    );
    const answered = valueOf(await bridge.predict(handle, { d_input: float32([1, 2], [Math.log(3), 5]) }));
    const [first, second] = answered.outputs['d']!.data as Float32Array;
    expect([first, second]).toEqual([expect.closeTo(0.25, 5), expect.closeTo(0.75, 5)]);
  });
});

describe('measure', () => {
  test('times every provider of this device, keeps the choice, and the next open follows it', async () => {
    const adapter = 'gpu' in navigator ? await navigator.gpu.requestAdapter().catch(() => null) : null;
    const measured = valueOf(await bridge.call(api => api.measure({ model: 'small', version: 1 })));
    const wasm = measured.find(each => each.provider === 'wasm')!;
    expect(wasm).toMatchObject({ agrees: true, failure: null });
    expect(wasm.difference).toBeLessThan(1e-4);
    expect(wasm.medianMs).toBeGreaterThan(0);
    const webgpu = measured.find(each => each.provider === 'webgpu')!;
    if (adapter) expect(webgpu).toMatchObject({ agrees: true, failure: null });
    else expect(webgpu).toMatchObject({ agrees: false, failure: 'no WebGPU adapter' });

    const choice = await db.get('choices', 'small@1');
    expect(choice?.measurements).toEqual(measured);
    await db.put('choices', { ...choice!, provider: 'webgpu' });
    const opened = valueOf(await bridge.call(api => api.open({ model: 'small', version: 1 })));
    expect(opened.provider).toBe(adapter ? 'webgpu' : 'wasm');
  });
});
