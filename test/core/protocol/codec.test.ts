import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Datatype } from '../../../src/core/datatype.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import { decodeRequest, encodeRequest, type InferRequest } from '../../../src/core/protocol/infer-request.ts';
import { decodeResponse, encodeResponse } from '../../../src/core/protocol/infer-response.ts';
import { elements, float32, type Tensor, type TensorMap } from '../../../src/core/tensor.ts';

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const input = (fields: object) => json({ inputs: [{ name: 'x', datatype: 'FP32', shape: [2], ...fields }] });
/** A request of one tensor whose members are as they are written. */
const text = (members: string) => new TextEncoder().encode(`{"inputs":[{"name":"x","datatype":${members}}]}`);
const nested = (depth: number): unknown => (depth === 0 ? [] : [nested(depth - 1)]);
const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap(part => [...part]));
const request = (changes: Partial<InferRequest> = {}): InferRequest => ({
  id: null,
  parameters: {},
  inputs: {},
  outputs: null,
  binaryOutputs: false,
  ...changes,
});

/** Any tensor; `isJson` leaves out what JSON cannot carry. */
function anyTensor(isJson: boolean): fc.Arbitrary<Tensor> {
  const numbers: Partial<Record<Datatype, (count: number) => fc.Arbitrary<Tensor['data']>>> = {
    FP32: n =>
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), exactly(n)).map(v => Float32Array.from(v)),
    FP64: n =>
      fc
        .array(fc.double({ noNaN: true, noDefaultInfinity: true }), exactly(n))
        .map(v => Float64Array.from(v)),
    INT8: n => fc.array(fc.integer({ min: -128, max: 127 }), exactly(n)).map(v => Int8Array.from(v)),
    UINT32: n => fc.array(fc.nat(0xffffffff), exactly(n)).map(v => Uint32Array.from(v)),
    UINT64: n =>
      fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), exactly(n)).map(v => BigUint64Array.from(v)),
    INT64: n =>
      fc
        .array(
          fc.oneof(fc.maxSafeInteger().map(BigInt), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
          exactly(n),
        )
        .map(v => BigInt64Array.from(v)),
    BOOL: n => fc.array(fc.nat(1), exactly(n)).map(v => Uint8Array.from(v)),
    BYTES: n => fc.array(fc.string({ unit: 'grapheme' }), exactly(n)),
    ...(isJson
      ? {}
      : { FP16: (n: number) => fc.array(fc.nat(0xffff), exactly(n)).map(v => Uint16Array.from(v)) }),
  };
  const shape = fc.array(fc.nat(4), { maxLength: 3 });
  const datatype = fc.constantFrom(...(Object.keys(numbers) as Datatype[]));
  return fc
    .tuple(datatype, shape)
    .chain(([type, dims]) =>
      numbers[type]!(elements(dims)).map(data => ({ datatype: type, shape: dims, data })),
    );
}

function exactly(count: number): { minLength: number; maxLength: number } {
  return { minLength: count, maxLength: count };
}

const anyTensors = (isJson: boolean): fc.Arbitrary<TensorMap> =>
  fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), anyTensor(isJson), {
    maxKeys: 4,
    noNullPrototype: true,
  });

describe('what is encoded is decoded', () => {
  test.each([false, true])('requests, binary %s', binary => {
    fc.assert(
      fc.property(anyTensors(!binary), fc.option(fc.string(), { nil: undefined }), (inputs, id) => {
        const { body, headerLength } = encodeRequest({ inputs, binary, ...(id === undefined ? {} : { id }) });
        expect(decodeRequest(body, headerLength)).toMatchObject({
          id: id ?? null,
          inputs,
          binaryOutputs: binary,
        });
      }),
      { numRuns: 150 },
    );
  });

  test.each([false, true])('responses, binary %s', binary => {
    fc.assert(
      fc.property(anyTensors(!binary), outputs => {
        const response = { modelName: 'm', modelVersion: '3', id: 'i', outputs };
        const { body, headerLength } = encodeResponse(response, request({ binaryOutputs: binary }));
        expect(decodeResponse(body, headerLength)).toEqual(response);
      }),
      { numRuns: 150 },
    );
  });

  test('decoding any bytes gives a request or BadRequest', () => {
    const { body, headerLength } = encodeRequest({ inputs: { x: float32([2], [1, 2]) }, binary: true });
    const edit = fc.tuple(fc.nat(body.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), fc.nat(200), (edits, length) => {
        const mutated = body.slice();
        for (const [at, value] of edits) mutated[at] = value;
        for (const header of [headerLength, length, null]) {
          try {
            decodeRequest(mutated, header);
          } catch (error) {
            expect(error).toBeInstanceOf(HaversackError);
            expect((error as HaversackError).code).toBe('BadRequest');
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('decodeRequest', () => {
  test('takes flat and nested arrays for the same tensor', () => {
    const fields = { shape: [2, 1, 2], datatype: 'INT32' };
    const wanted = { datatype: 'INT32', shape: [2, 1, 2], data: Int32Array.of(1, 2, 3, 4) };
    for (const data of [
      [1, 2, 3, 4],
      [[[1, 2]], [[3, 4]]],
    ]) {
      expect(decodeRequest(input({ ...fields, data }), null).inputs['x']).toEqual(wanted);
    }
  });

  test('reads the bytes of several tensors in their order, beside one in JSON', () => {
    const head = json({
      inputs: [
        { name: 'a', datatype: 'UINT8', shape: [2], parameters: { binary_data_size: 2 } },
        { name: 'b', datatype: 'INT16', shape: [1], data: [-5] },
        { name: 'c', datatype: 'BYTES', shape: [1], parameters: { binary_data_size: 7 } },
      ],
    });
    const body = joined(head, Uint8Array.of(7, 8), Uint8Array.of(3, 0, 0, 0), new TextEncoder().encode('三'));
    expect(decodeRequest(body, head.length).inputs).toEqual({
      a: { datatype: 'UINT8', shape: [2], data: Uint8Array.of(7, 8) },
      b: { datatype: 'INT16', shape: [1], data: Int16Array.of(-5) },
      c: { datatype: 'BYTES', shape: [1], data: ['三'] },
    });
  });

  test('an output’s own binary_data overrides the request’s', () => {
    const body = json({
      parameters: { binary_data_output: true },
      inputs: [],
      outputs: [{ name: 'p', parameters: { binary_data: false } }, { name: 'q' }],
    });
    expect(decodeRequest(body, null).outputs).toEqual([
      { name: 'p', binary: false },
      { name: 'q', binary: true },
    ]);
  });

  test('64-bit integers are exact, beyond 2^53 and nested too', () => {
    const body = text('"INT64","shape":[2,2],"data":[[9007199254740993,-9223372036854775808],[0,-1]]');
    expect(decodeRequest(body, null).inputs['x']!.data).toEqual(
      BigInt64Array.of(9007199254740993n, -9223372036854775808n, 0n, -1n),
    );
    const unsigned = text('"UINT64","shape":[1],"data":[18446744073709551615]');
    expect(decodeRequest(unsigned, null).inputs['x']!.data).toEqual(BigUint64Array.of(2n ** 64n - 1n));
  });

  test('digits in strings beside large integers stay text', () => {
    const body = new TextEncoder().encode(
      '{"id":"9007199254740993 \\" 1","inputs":[{"name":"a","datatype":"INT64","shape":[1],"data":[9007199254740993]},' +
        '{"name":"b","datatype":"BYTES","shape":[2],"data":["12345678901234567890","\\\\"]}]}',
    );
    const { id, inputs } = decodeRequest(body, null);
    expect(id).toBe('9007199254740993 " 1');
    expect(inputs['a']!.data).toEqual(BigInt64Array.of(9007199254740993n));
    expect(inputs['b']!.data).toEqual(['12345678901234567890', '\\']);
  });

  test('large aligned bytes stay where they are, small ones are copied', () => {
    const large = float32([2 ** 14], new Float32Array(2 ** 14).fill(0.5));
    for (const [tensor, isView] of [
      [large, true],
      [float32([2], [1, 2]), false],
    ] as const) {
      const { body, headerLength } = encodeRequest({ inputs: { x: tensor }, binary: true });
      const { x } = decodeRequest(body, headerLength).inputs;
      expect(x).toEqual(tensor);
      expect((x!.data as Float32Array).buffer === body.buffer).toBe(isView);
    }
  });

  test('null in a float is NaN', () => {
    expect(decodeRequest(input({ data: [null, 1] }), null).inputs['x']!.data).toEqual(
      Float32Array.of(NaN, 1),
    );
  });

  test.each<[string, Uint8Array<ArrayBuffer>, number | null, RegExp]>([
    ['text', new TextEncoder().encode('hello'), null, /no JSON/],
    ['a body without inputs', json({}), null, /inputs/],
    ['too few elements', input({ data: [1] }), null, /1 elements, its shape \[2\] wants 2/],
    ['ragged nesting', input({ shape: [2, 2], data: [[1, 2], [3]] }), null, /dimension 1 wants 2, got 1/],
    ['deeper nesting than the shape', input({ data: [[[[[1]]]], 2] }), null, /element 0 is/],
    ['a string for a number', input({ data: ['1', 2] }), null, /element 0 is "1", wanted a number/],
    ['a fraction for an integer', input({ datatype: 'INT8', data: [1, 1.5] }), null, /from -128 to 127/],
    ['an integer out of range', input({ datatype: 'UINT8', data: [1, 256] }), null, /from 0 to 255/],
    ['a number beyond binary32', input({ data: [1, 1e39] }), null, /element 1 is 1e\+39, wanted a number in/],
    ['a number beyond binary64', text('"FP64","shape":[1],"data":[1e400]'), null, /element 0 is Infinity/],
    [
      'an INT64 with an exponent',
      text('"INT64","shape":[1],"data":[1e18]'),
      null,
      /is 1000000000000000000.*in digits/,
    ],
    ['an INT64 with a fraction', text('"INT64","shape":[1],"data":[1.5]'), null, /is 1.5.*in digits/],
    [
      'an INT64 in quotes',
      input({ datatype: 'INT64', shape: [1], data: ['1'] }),
      null,
      /is "1", wanted a number/,
    ],
    [
      'an INT64 out of range',
      text('"INT64","shape":[1],"data":[9223372036854775808]'),
      null,
      /is "9223372036854775808"/,
    ],
    ['a negative UINT64', text('"UINT64","shape":[1],"data":[-1]'), null, /is -1, wanted an integer from 0/],
    [
      'a UINT64 of a thousand digits',
      text(`"UINT64","shape":[1],"data":[${'9'.repeat(1000)}]`),
      null,
      /from 0 to/,
    ],
    ['nesting deeper than 100', json({ inputs: [], extra: nested(101) }), null, /deeper than 100/],
    [
      'deeper nesting than a stack',
      new TextEncoder().encode('['.repeat(1e6) + ']'.repeat(1e6)),
      null,
      /deeper/,
    ],
    ['no UTF-8', joined(input({ data: [1, 2] }), Uint8Array.of(0xff)), null, /no UTF-8/],
    ['a byte order mark', joined(Uint8Array.of(0xef, 0xbb, 0xbf), input({ data: [1, 2] })), null, /no JSON/],
    ['FP16 as JSON', input({ datatype: 'FP16', data: [1, 2] }), null, /no JSON form; send it as binary/],
    ['neither data nor bytes', input({}), null, /one of data and binary_data_size, got neither/],
    ['data and bytes', input({ data: [1, 2], parameters: { binary_data_size: 8 } }), null, /got both/],
    [
      'bytes that are not there',
      input({ parameters: { binary_data_size: 8 } }),
      null,
      /wants 8 bytes after the JSON, got 0/,
    ],
    [
      'a size that is not the shape’s',
      joined(input({ parameters: { binary_data_size: 4 } }), new Uint8Array(4)),
      -4,
      /8 bytes, binary_data_size says 4/,
    ],
    ['bytes left over', joined(input({ data: [1, 2] }), new Uint8Array(3)), -3, /3 bytes follow/],
    ['a header length past the end', input({ data: [1, 2] }), 1e6, /header length is 1000000/],
    ['a raw body', new Uint8Array(8), 0, /no JSON: name the inputs/],
    [
      'two inputs of one name',
      json({ inputs: [0, 1].map(() => ({ name: 'x', datatype: 'FP32', shape: [0], data: [] })) }),
      null,
      /'x' comes twice/,
    ],
    [
      'a tensor over the limit',
      input({ shape: [2 ** 20, 2 ** 20], data: [] }),
      null,
      /more than 67108864 bytes/,
    ],
    [
      'a parameter that is no plain value',
      input({ data: [1, 2], parameters: { headers: {} } }),
      null,
      /parameters/,
    ],
    [
      'BOOL bytes that are no booleans',
      joined(input({ datatype: 'BOOL', parameters: { binary_data_size: 2 } }), Uint8Array.of(1, 2)),
      -2,
      /neither 0 nor 1/,
    ],
  ])('refuses %s', (_, body, header, detail) => {
    const headerLength = header !== null && header < 0 ? body.length + header : header;
    expect(() => decodeRequest(body, headerLength)).toThrow(
      expect.objectContaining({ code: 'BadRequest', detail: expect.stringMatching(detail) }),
    );
  });
});

describe('encodeResponse', () => {
  const response = (tensor: Tensor) => ({
    modelName: 'm',
    modelVersion: null,
    id: null,
    outputs: { y: tensor },
  });
  const written = ({ body }: { body: Uint8Array }) => new TextDecoder().decode(body);

  test('writes flat JSON, booleans as words and NaN as null', () => {
    expect(written(encodeResponse(response(float32([1, 2], [0.5, NaN])), request()))).toBe(
      '{"model_name":"m","outputs":[{"name":"y","datatype":"FP32","shape":[1,2],"data":[0.5,null]}]}',
    );
    const flags = response({ datatype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) });
    expect(JSON.parse(written(encodeResponse(flags, request())))).toMatchObject({
      outputs: [{ data: [true, false] }],
    });
  });

  test.each<[string, Tensor]>([
    ['FP16', { datatype: 'FP16', shape: [1], data: Uint16Array.of(0) }],
    ['infinity', float32([1], [Infinity])],
  ])('refuses %s as JSON and takes it as bytes', (_, tensor) => {
    expect(() => encodeResponse(response(tensor), request())).toThrow(
      expect.objectContaining({ code: 'BadRequest', detail: expect.stringContaining('ask for binary_data') }),
    );
    const { body, headerLength } = encodeResponse(
      response(tensor),
      request({ outputs: [{ name: 'y', binary: true }] }),
    );
    expect(decodeResponse(body, headerLength).outputs).toEqual({ y: tensor });
  });
});

test('a response without model_name, as the specification’s own example, is taken', () => {
  const body = json({ outputs: [{ name: 'y', datatype: 'FP32', shape: [1], data: [1] }] });
  expect(decodeResponse(body, null)).toMatchObject({ modelName: null, outputs: { y: float32([1], [1]) } });
});

test('a broken response is the server’s fault', () => {
  expect(() => decodeResponse(json({ outputs: 3 }), null)).toThrow(
    expect.objectContaining({ code: 'Internal' }),
  );
});
