// Where a frozen beginning's outputs lie makes no difference to what is learnt; where there is no room, they are computed anew.
import { describe, expect, it } from 'vitest';
import { openRowFile } from '../../../server/cli/row-file.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { float32 } from '../../../src/core/tensor.ts';
import type { TrainControl } from '../../../src/core/train/engine.ts';
import { fit } from '../../../src/core/train/fit.ts';
import { memoryRowStore, type OpenRowStore, type RowStore } from '../../../src/core/train/row-store.ts';
import { trainableGraph } from '../../../src/core/train/trainable-graph.ts';
import { clouds, goOn, job, network, nodeHost } from './nets.ts';

const train = clouds(48);
const validation = clouds(20, 3, 9);
const model = network('mlp:8,6', train, 3);
/** Six numbers pass from the frozen layers to the head. */
const rowBytes = 6 * 4;

/** Stores that can be counted, and may be full after so many rows. */
function counted(room = Infinity) {
  const seen = { opened: 0, disposed: 0, rows: 0, taken: 0 };
  const openRows: OpenRowStore = (specs, rows) => {
    seen.opened++;
    const store = memoryRowStore(specs, rows);
    const counting: RowStore = {
      put(added, count) {
        seen.rows += count;
        if (seen.rows > room) return Promise.reject(new HaversackError('QuotaExceeded', 'full'));
        return store.put(added, count);
      },
      take(order) {
        seen.taken += order.length;
        return store.take(order);
      },
      dispose() {
        seen.disposed++;
        return store.dispose();
      },
    };
    return Promise.resolve(counting);
  };
  return { seen, openRows };
}

function headRun(maxCacheBytes: number, spillRows?: OpenRowStore, control: TrainControl = goOn) {
  const trainable = new Set(['output.weight', 'output.bias']);
  const changes = { trainable, validation, epochs: 4, maxCacheBytes, ...(spillRows && { spillRows }) };
  return fit(job(model, train, changes), nodeHost(), control, () => undefined);
}

describe('a frozen beginning', () => {
  it('gives the same weights, bit for bit, from memory, from a store, from a file, and from part each', async () => {
    const { weights } = await headRun(2 ** 20);
    for (const bytes of [0, 10 * rowBytes, 50 * rowBytes]) {
      const { seen, openRows } = counted();
      expect((await headRun(bytes, openRows)).weights).toEqual(weights);
      expect(seen.rows).toBe(48 + 20 - bytes / rowBytes);
      expect(seen.taken).toBeGreaterThan(0);
      expect((await headRun(bytes, openRowFile)).weights).toEqual(weights);
    }
  });

  it('is spilled only where memory does not hold it', async () => {
    const { seen, openRows } = counted();
    await headRun((48 + 20) * rowBytes, openRows);
    expect(seen.opened).toBe(0);
  });

  it('is computed at each step where the store is full, or refuses to open', async () => {
    const plain = await headRun(0);
    for (const room of [0, 40, 60]) {
      const { seen, openRows } = counted(room);
      expect((await headRun(0, openRows)).weights).toEqual(plain.weights);
      expect(seen).toMatchObject({ opened: 2, disposed: 2, taken: 0 });
    }
    const refusing: OpenRowStore = () => Promise.reject(new HaversackError('StorageFailed', 'no'));
    expect((await headRun(0, refusing)).weights).toEqual(plain.weights);
  });

  it('leaves no store behind when a run is stopped, before its first step or after', async () => {
    for (const last of [1, 7, 12]) {
      const { seen, openRows } = counted();
      let checks = 0;
      const stop: TrainControl = {
        checkpoint: () => (++checks > last ? Promise.reject(new Error('stop')) : Promise.resolve()),
      };
      await expect(headRun(0, openRows, stop)).rejects.toThrow('stop');
      expect(seen).toMatchObject({ opened: 2, disposed: 2 });
    }
  });

  // A batch as long as a sequence: which axis is the rows' cannot be told from one shape.
  it('is not cut where its outputs have their rows along another axis', async () => {
    const length = 6;
    const samples = {
      rows: 24,
      inputs: { x: float32([24, length, 3], numbers(24 * length * 3)) },
      target: { ...train.target, shape: [24], data: (train.target.data as Int32Array).slice(0, 24) },
    };
    const run = (maxCacheBytes: number) => {
      const changes = { trainable: new Set(['w', 'head']), batchSize: length, epochs: 2, maxCacheBytes };
      return fit(job(timeFirst(length), samples, changes), nodeHost(), goOn, () => undefined);
    };
    expect((await run(2 ** 20)).weights).toEqual((await run(0)).weights);
  });
});

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => ((i * 7) % 11) / 11 - 0.5);
}

/** x [rows, length, 3] is worked on as [length, rows, …], as recurrent layers have it; `frozen` before `w` and `head`. */
function timeFirst(length: number) {
  const swap = { perm: { ints: [1, 0, 2] } };
  const builder = new GraphBuilder('time-first').input('x', 'FP32', [-1, length, 3]);
  builder.initializer('frozen', float32([3, 3], numbers(9))).initializer('w', float32([3, 4], numbers(12)));
  builder.initializer('head', float32([4, 3], numbers(12)));
  builder.initializer('time', { datatype: 'INT64', shape: [1], data: BigInt64Array.of(0n) });
  builder.node('Transpose', ['x'], ['t'], swap).node('MatMul', ['t', 'frozen'], ['a']);
  builder
    .node('MatMul', ['a', 'w'], ['b'])
    .node('ReduceMean', ['b', 'time'], ['c'], { keepdims: { int: 0 } });
  builder.node('MatMul', ['c', 'head'], ['logits']);
  builder.node('Softmax', ['logits'], ['probabilities'], { axis: { int: -1 } });
  return trainableGraph(builder.output('probabilities', 'FP32', [-1, 3]).build());
}
