// What every step host keeps to, wherever its slots lie.
import { describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { noLinks, type StepHost, type StepLinks } from '../../../src/core/runtime/step-host.ts';
import { float32, type Tensor } from '../../../src/core/tensor.ts';

const add: StepLinks = { reads: new Map([['w', 'weight']]), writes: new Map([['sum', 'weight']]) };

/** sum = w + x, product = w · x, reshaped to `sizes`: runs fail where those do not fit. */
const addFile = new GraphBuilder('add')
  .input('w', 'FP32', [4])
  .input('x', 'FP32', [4])
  .input('sizes', 'INT64', [-1])
  .node('Add', ['w', 'x'], ['sum'])
  .node('Mul', ['w', 'x'], ['flat'])
  .node('Reshape', ['flat', 'sizes'], ['product'])
  .output('sum', 'FP32', [4])
  .output('product', 'FP32', [-1])
  .build();

/** half = w / 2, gone = −w */
const halfFile = new GraphBuilder('half')
  .input('w', 'FP32', [4])
  .initializer('two', float32([], [2]))
  .node('Div', ['w', 'two'], ['half'])
  .node('Neg', ['w'], ['gone'])
  .output('half', 'FP32', [4])
  .output('gone', 'FP32', [4])
  .build();

const vector = (...values: number[]): Tensor => float32([values.length], values);
const sizes = (...values: number[]): Tensor => ({
  datatype: 'INT64',
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});

const identity = (datatype: 'FP32' | 'INT32' | 'INT64' | 'BOOL' | 'UINT8', shape: readonly number[]) =>
  new GraphBuilder('identity')
    .input('x', datatype, shape)
    .node('Identity', ['x'], ['y'])
    .output('y', datatype, shape)
    .build();

const samples: readonly Tensor[] = [
  float32([], [0.1]),
  float32([2, 3], [1, -2, 3, Infinity, -0, 1e-40]),
  { datatype: 'INT32', shape: [3], data: Int32Array.of(-1, 2 ** 31 - 1, 0) },
  { datatype: 'INT64', shape: [2], data: BigInt64Array.of(-1n, 2n ** 40n) },
  { datatype: 'BOOL', shape: [5], data: Uint8Array.of(1, 0, 0, 1, 1) },
  { datatype: 'UINT8', shape: [3], data: Uint8Array.of(0, 128, 255) },
  { datatype: 'FP64', shape: [2], data: Float64Array.of(Math.PI, -1) },
  { datatype: 'FP16', shape: [3], data: Uint16Array.of(0x3c00, 0, 0x7bff) },
  float32([0, 3], []),
];

/** @param openHost a new one each time; the suite disposes of it */
export function stepHostConformance(name: string, openHost: () => Promise<StepHost>): void {
  const withHost = async (work: (host: StepHost) => Promise<void>): Promise<void> => {
    const host = await openHost();
    try {
      await work(host);
    } finally {
      await host.dispose();
    }
  };
  const read = async (host: StepHost, slot: string) => (await host.read([slot])).get(slot)!;

  describe(`${name} as a step host`, () => {
    test.each(samples)('gives back what was put: $datatype $shape', tensor =>
      withHost(async host => {
        await host.put(new Map([['slot', tensor]]));
        const back = await read(host, 'slot');
        expect([back.datatype, back.shape, back.data]).toEqual([tensor.datatype, tensor.shape, tensor.data]);
      }),
    );

    test('a slot takes values of another shape and datatype', () =>
      withHost(async host => {
        for (const tensor of samples) {
          await host.put(new Map([['slot', tensor]]));
          expect((await read(host, 'slot')).data).toEqual(tensor.data);
        }
      }));

    test('reads several slots at once, each by its name', () =>
      withHost(async host => {
        await host.put(new Map(samples.map((tensor, i) => [`slot ${i}`, tensor])));
        const back = await host.read(samples.map((_, i) => `slot ${i}`));
        expect([...back.values()].map(({ data }) => data)).toEqual(samples.map(({ data }) => data));
      }));

    test('refuses to read a slot that was never filled', () =>
      withHost(async host => {
        await expect(host.read(['nothing'])).rejects.toMatchObject({ code: 'RuntimeFailed' });
        const step = await host.open(addFile, add);
        const run = step.run({ x: vector(1, 1, 1, 1), sizes: sizes(4) });
        await expect(run).rejects.toMatchObject({ code: 'RuntimeFailed' });
        await step.dispose();
      }));

    test('a step reads what its slot held before, and the slot takes what it made', () =>
      withHost(async host => {
        await host.put(new Map([['weight', vector(1, 2, 3, 4)]]));
        const step = await host.open(addFile, add);
        const first = await step.run({ x: vector(1, 1, 1, 1), sizes: sizes(4) });
        expect(Object.keys(first)).toEqual(['product']);
        expect([...(first['product']!.data as Float32Array)]).toEqual([1, 2, 3, 4]);
        const second = await step.run({ x: vector(10, 10, 10, 10), sizes: sizes(2, 2) });
        expect(second['product']!.shape).toEqual([2, 2]);
        expect([...(second['product']!.data as Float32Array)]).toEqual([20, 30, 40, 50]);
        expect([...((await read(host, 'weight')).data as Float32Array)]).toEqual([12, 13, 14, 15]);
        await step.dispose();
      }));

    test('what was read stays as it was while steps go on', () =>
      withHost(async host => {
        await host.put(new Map([['weight', vector(1, 2, 3, 4)]]));
        const step = await host.open(addFile, add);
        await step.run({ x: vector(1, 1, 1, 1), sizes: sizes(4) });
        const before = await read(host, 'weight');
        for (let i = 0; i < 3; i++) await step.run({ x: vector(1, 1, 1, 1), sizes: sizes(4) });
        expect([...(before.data as Float32Array)]).toEqual([2, 3, 4, 5]);
        await step.dispose();
      }));

    test('what is put between steps is what the next one reads', () =>
      withHost(async host => {
        await host.put(new Map([['weight', vector(1, 2, 3, 4)]]));
        const step = await host.open(addFile, add);
        await step.run({ x: vector(1, 1, 1, 1), sizes: sizes(4) });
        await host.put(new Map([['weight', vector(0, 0, 0, 7)]]));
        await step.run({ x: vector(1, 1, 1, 1), sizes: sizes(4) });
        expect([...((await read(host, 'weight')).data as Float32Array)]).toEqual([1, 1, 1, 8]);
        await step.dispose();
      }));

    test('graphs share slots, and one may fill a slot that nothing was put into', () =>
      withHost(async host => {
        await host.put(new Map([['weight', vector(1, 2, 3, 4)]]));
        const adding = await host.open(addFile, add);
        const halving = await host.open(halfFile, {
          reads: new Map([['w', 'weight']]),
          writes: new Map([
            ['half', 'weight'],
            ['gone', 'negative'],
          ]),
        });
        await adding.run({ x: vector(1, 2, 3, 4), sizes: sizes(4) });
        expect(await halving.run({})).toEqual({});
        await adding.run({ x: vector(1, 1, 1, 1), sizes: sizes(4) });
        expect([...((await read(host, 'weight')).data as Float32Array)]).toEqual([2, 3, 4, 5]);
        expect([...((await read(host, 'negative')).data as Float32Array)]).toEqual([-2, -4, -6, -8]);
        await adding.dispose();
        await halving.dispose();
      }));

    test('refuses feeds that do not fit, and runs with those that do', () =>
      withHost(async host => {
        await host.put(new Map([['weight', vector(1, 2, 3, 4)]]));
        const step = await host.open(addFile, add);
        const wrong = step.run({ x: vector(1, 1, 1), sizes: sizes(4) });
        await expect(wrong).rejects.toMatchObject({ code: 'InputInvalid' });
        await step.run({ x: vector(1, 1, 1, 1), sizes: sizes(4) });
        expect([...((await read(host, 'weight')).data as Float32Array)]).toEqual([2, 3, 4, 5]);
        await step.dispose();
      }));

    test('a run that fails leaves the slots as they were, and the file opens anew', () =>
      withHost(async host => {
        await host.put(new Map([['weight', vector(1, 2, 3, 4)]]));
        const step = await host.open(addFile, add);
        await step.run({ x: vector(1, 1, 1, 1), sizes: sizes(4) });
        const failing = step.run({ x: vector(9, 9, 9, 9), sizes: sizes(3) });
        await expect(failing).rejects.toMatchObject({ code: 'RuntimeFailed' });
        expect([...((await read(host, 'weight')).data as Float32Array)]).toEqual([2, 3, 4, 5]);
        await step.dispose();
        const again = await host.open(addFile, add);
        const { product } = await again.run({ x: vector(2, 2, 2, 2), sizes: sizes(4) });
        expect([...(product!.data as Float32Array)]).toEqual([4, 6, 8, 10]);
        await again.dispose();
      }));

    test.each(['FP32', 'INT32', 'INT64', 'BOOL', 'UINT8'] as const)('%s goes through a graph', datatype =>
      withHost(async host => {
        const tensor = samples.find(each => each.datatype === datatype && each.shape.length > 0)!;
        await host.put(new Map([['from', tensor]]));
        const links = { reads: new Map([['x', 'from']]), writes: new Map([['y', 'to']]) };
        const step = await host.open(identity(datatype, tensor.shape), links);
        await step.run({});
        expect((await read(host, 'to')).data).toEqual(tensor.data);
        await step.dispose();
      }),
    );

    test('without links a step is a session', () =>
      withHost(async host => {
        const step = await host.open(halfFile, noLinks);
        const { half, gone } = await step.run({ w: vector(2, 4, 6, 8) });
        expect([half, gone].map(tensor => [...(tensor!.data as Float32Array)])).toEqual([
          [1, 2, 3, 4],
          [-2, -4, -6, -8],
        ]);
        await step.dispose();
      }));

    test('says why a file does not open', () =>
      withHost(async host => {
        const open = host.open(Uint8Array.of(1, 2, 3), noLinks);
        await expect(open).rejects.toMatchObject({ code: 'NotOnnx' });
      }));
  });
}
