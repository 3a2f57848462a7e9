import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cacheKeyOf, ResponseCache } from '../../../server/inference/response-cache.ts';
import type { InferRequest } from '../../../src/core/protocol/infer-request.ts';
import type { Answered } from '../../../src/core/serve/service.ts';
import { float32, type Tensor } from '../../../src/core/tensor.ts';
import { asking } from './sources.ts';

const by: Answered['by'] = { who: 'server', model: 'm', version: '1', variant: null, provider: 'cpu', ms: 1 };
const answer = (elements: number): Answered => ({
  outputs: { y: float32([elements], new Float32Array(elements)) },
  by,
});
const silent = () => undefined;

describe('cacheKeyOf', () => {
  const tensor = fc.oneof(
    fc.array(fc.float({ noNaN: true }), { maxLength: 4 }).map((data): Tensor => float32([data.length], data)),
    fc
      .array(fc.string(), { maxLength: 3 })
      .map((data): Tensor => ({ datatype: 'BYTES', shape: [data.length], data })),
    fc
      .array(fc.nat(255), { maxLength: 4 })
      .map((data): Tensor => ({ datatype: 'UINT8', shape: [1, data.length], data: Uint8Array.from(data) })),
  );
  const question = fc.record({
    digest: fc.constantFrom('a', 'b'),
    tenant: fc.constantFrom('', 'a', 'b'),
    request: fc
      .record({
        inputs: fc.dictionary(fc.constantFrom('x', 'y', 'xy'), tensor),
        outputs: fc.option(
          fc.subarray(['p', 'q']).map(names => names.map(name => ({ name, binary: false }))),
        ),
        parameters: fc.dictionary(fc.constantFrom('a', 'b'), fc.oneof(fc.string(), fc.boolean(), fc.nat(3))),
      })
      .map((more): InferRequest => ({ ...asking({}), ...more })),
  });
  type Question = { digest: string; tenant: string; request: InferRequest };
  const keyOf = ({ digest, tenant, request }: Question) => cacheKeyOf(digest, tenant, request);
  /** Everything that makes a question, spelled out. */
  const spelled = ({ digest, tenant, request: { inputs, outputs, parameters } }: Question) =>
    JSON.stringify([
      digest,
      tenant,
      outputs?.map(({ name }) => name).sort() ?? null,
      Object.entries(parameters).sort(),
      Object.entries(inputs)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { datatype, shape, data }]) => [
          name,
          datatype,
          shape,
          Array.from<unknown, unknown>(data, value => (Object.is(value, -0) ? '-0' : value)),
        ]),
    ]);

  test('is the same exactly where the question is', () => {
    fc.assert(
      fc.property(question, question, (one, other) => {
        expect(keyOf(one) === keyOf(other)).toBe(spelled(one) === spelled(other));
        expect(keyOf({ ...one, request: { ...one.request, id: 'another' } })).toBe(keyOf(one));
      }),
      { numRuns: 300 },
    );
  });

  test('does not change with how the answer travels, or how long it may take', () => {
    const x = float32([1], [1]);
    const plain = cacheKeyOf('d', 't', asking({ x }));
    const parameters = { binary_data_output: true, timeout: 5, priority: 1 };
    expect(cacheKeyOf('d', 't', asking({ x }, { parameters, binaryOutputs: true }))).toBe(plain);
    expect(cacheKeyOf('d', 't', asking({ x }, { parameters: { temperature: 1 } }))).not.toBe(plain);
  });
});

describe('ResponseCache', () => {
  test('keeps no more bytes than it may, and lets go of what was not asked for', async () => {
    const cache = new ResponseCache();
    const computed: string[] = [];
    const ask = (key: string) =>
      cache.answer(key, 3_000, () => (computed.push(key), Promise.resolve(answer(200))), silent);
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await ask(key);
    expect(computed).toEqual(['a', 'b', 'c', 'b']);
    expect(cache.bytes).toBe(2 * (800 + 512));
    await cache.answer('large', 3_000, () => Promise.resolve(answer(1_000)), silent);
    expect(cache.bytes).toBe(2 * (800 + 512));
    cache.shrink(0);
    expect(cache.bytes).toBe(0);
  });

  test('keeps an answer, not the batch that it was cut from', async () => {
    const cache = new ResponseCache();
    const batch = new Float32Array(1_000);
    const cut: Answered = {
      outputs: { y: { datatype: 'FP32', shape: [1], data: batch.subarray(3, 4) } },
      by,
    };
    await cache.answer('a', 2_000, () => Promise.resolve(cut), silent);
    const kept = await cache.answer('a', 2_000, () => Promise.reject(new Error('computed again')), silent);
    expect((kept.outputs['y']!.data as Float32Array).buffer.byteLength).toBe(4);
  });

  test('a failure is everybody’s who waited, and nobody’s after', async () => {
    const cache = new ResponseCache();
    const results: string[] = [];
    const failing = () => Promise.reject(new Error('broken'));
    const both = [1, 2].map(() => cache.answer('a', 2_000, failing, result => results.push(result)));
    for (const { status } of await Promise.allSettled(both)) expect(status).toBe('rejected');
    await cache.answer(
      'a',
      2_000,
      () => Promise.resolve(answer(1)),
      result => results.push(result),
    );
    await cache.answer('a', 2_000, failing, result => results.push(result));
    expect(results).toEqual(['miss', 'shared', 'miss', 'hit']);
  });
});
