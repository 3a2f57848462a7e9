// Conformance to the protocol, for any host of it: the same suite runs against the server and inside a browser. Asks the models
// of `conformance-models.ts`, each with a version 1 that `@production` means. Knows neither Node nor a browser.
import { describe, expect, test } from 'vitest';
import type { Datatype } from '../../src/core/datatype.ts';
import { answeredByHeader, parseAnsweredBy } from '../../src/core/protocol/answered-by.ts';
import { kindsOfJson } from './conformance-models.ts';

export interface ConformanceRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: none. */
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

export interface ConformanceAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

export type AskHost = (request: ConformanceRequest) => Promise<ConformanceAnswer>;

const encoder = new TextEncoder();
const jsonType = { 'content-type': 'application/json' };
const lengthHeader = 'inference-header-content-length';

const text = ({ body }: ConformanceAnswer) => new TextDecoder().decode(body);
const json = (answer: ConformanceAnswer): unknown => JSON.parse(text(answer));

/** Of raw bytes, one after the other. */
function joined(...parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => {
    whole.set(part, at);
    return at + part.length;
  }, 0);
  return whole;
}

/** All inputs of `kinds`, empty but for one, which is written as given. */
function kindsBody(datatype: string, size: number | string, data: string, members = ''): string {
  const inputs = kindsOfJson.map(kind => {
    const [shape, values] = kind === datatype ? [size, data] : [0, '[]'];
    return `{"name":"${kind.toLowerCase()}","datatype":"${kind}","shape":[${shape}],"data":${values}}`;
  });
  return `{"inputs":[${inputs.join(',')}],"outputs":[{"name":"${datatype.toLowerCase()}_out"}]${members}}`;
}

export function describeProtocol(name: string, ask: AskHost): void {
  const get = (path: string) => ask({ method: 'GET', path, headers: {}, body: undefined });
  const post = (
    path: string,
    body: string | object | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = jsonType,
  ) =>
    ask({
      method: 'POST',
      path,
      headers,
      body:
        body instanceof Uint8Array
          ? body
          : encoder.encode(typeof body === 'string' ? body : JSON.stringify(body)),
    });
  const infer = (
    path: string,
    body: string | object | Uint8Array<ArrayBuffer>,
    headers?: Record<string, string>,
  ) => post(`/v2/models/${path}/infer`, body, headers);
  const binary = (path: string, head: object, ...tensors: Uint8Array<ArrayBuffer>[]) => {
    const header = encoder.encode(JSON.stringify(head));
    return infer(path, joined(header, ...tensors), {
      'content-type': 'application/octet-stream',
      [lengthHeader]: String(header.length),
    });
  };
  const expectRefused = (answer: ConformanceAnswer, status: number, detail: RegExp) => {
    const said = json(answer) as { detail: string };
    expect([answer.status, said.detail]).toEqual([status, expect.stringMatching(detail)]);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(json(answer)).toMatchObject({
      status,
      error: expect.stringMatching(/./),
      code: expect.any(String),
    });
  };
  const measured = { name: 'measured', datatype: 'FP32', shape: [1, 3], data: [1, 0, 0] };
  const probabilities = (outputs: unknown) => (outputs as { name: string; data: number[] }[])[0]!.data;

  describe(`${name}: the host`, () => {
    test.each(['/v2', '/v2/'])('says at %s what it is and which extensions it has', async path => {
      const answer = await get(path);
      expect([answer.status, answer.headers['content-type']]).toEqual([
        200,
        expect.stringMatching(/^application\/json/),
      ]);
      expect(json(answer)).toEqual({
        name: expect.any(String),
        version: expect.any(String),
        extensions: expect.arrayContaining(['binary_tensor_data', 'model_repository']),
      });
    });

    test('is live and ready by status, and says so', async () => {
      const [live, ready] = [await get('/v2/health/live'), await get('/v2/health/ready')];
      expect([live.status, json(live), ready.status, json(ready)]).toEqual([
        200,
        { live: true },
        200,
        { ready: true },
      ]);
    });

    test('lists its models, with a body or without', async () => {
      for (const answer of [
        await ask({ method: 'POST', path: '/v2/repository/index', headers: {}, body: undefined }),
        await post('/v2/repository/index', {}),
      ]) {
        expect(answer.status).toBe(200);
        expect(json(answer)).toContainEqual({
          name: 'sizes',
          version: '1',
          state: expect.stringMatching(/^(UNKNOWN|READY|UNAVAILABLE|LOADING|UNLOADING)$/),
          reason: expect.any(String),
        });
      }
    });

    test('lists only what is ready where that is asked', async () => {
      expect((await get('/v2/models/sizes/ready')).status).toBe(200);
      const ready = json(await post('/v2/repository/index', { ready: true })) as {
        name: string;
        state: string;
      }[];
      expect(ready.map(entry => entry.name)).toContain('sizes');
      expect(ready.every(({ state }) => state === 'READY')).toBe(true);
    });

    test('answers other paths with 404', async () => {
      expectRefused(await get('/v2/nothing'), 404, /v2\/nothing/);
    });
  });

  describe(`${name}: a model`, () => {
    test.each(['sizes', 'sizes/versions/1', 'sizes/versions/@production', 'sizes/versions/production'])(
      'describes itself as %s, and is ready',
      async path => {
        const answer = await get(`/v2/models/${path}`);
        expect(answer.status).toBe(200);
        expect(json(answer)).toMatchObject({
          name: 'sizes',
          versions: expect.arrayContaining(['1']),
          platform: expect.stringMatching(/^[a-z]+_[a-z0-9]+$/),
          inputs: [{ name: 'measured', datatype: 'FP32', shape: [-1, 3] }],
          outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 3] }],
        });
        const ready = await get(`/v2/models/${path}/ready`);
        expect([ready.status, json(ready)]).toEqual([200, { name: 'sizes', ready: true }]);
      },
    );

    test.each(['sizes', 'sizes/versions/1', 'sizes/versions/@production', 'sizes/versions/%40production'])(
      'answers as %s, and names the version',
      async path => {
        const answer = await infer(path, { id: 'request 1', inputs: [measured] });
        expect([answer.status, answer.headers['content-type']]).toEqual([
          200,
          expect.stringMatching(/^application\/json/),
        ]);
        expect(answer.headers[lengthHeader]).toBeUndefined();
        expect(json(answer)).toMatchObject({
          model_name: 'sizes',
          model_version: '1',
          id: 'request 1',
          outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [1, 3] }],
        });
        expect(probabilities((json(answer) as { outputs: unknown }).outputs)[0]).toBeCloseTo(0.9647, 3);
      },
    );

    test('says who answered', async () => {
      const { headers } = await infer('sizes', { inputs: [measured] });
      expect(parseAnsweredBy(headers[answeredByHeader.toLowerCase()] ?? null)).toMatchObject({
        model: 'sizes',
        version: '1',
      });
    });

    test('leaves out the id where none came', async () => {
      expect(Object.keys(json(await infer('sizes', { inputs: [measured] })) as object)).not.toContain('id');
    });

    test('gives the outputs that are asked for, in that order', async () => {
      const pair = ['a', 'b'].map(input => ({
        name: input,
        datatype: 'FP32',
        shape: [1, 2],
        data: [5, input === 'a' ? 4 : 1],
      }));
      const ordered = await infer('sums', {
        inputs: pair,
        outputs: [{ name: 'difference' }, { name: 'sum' }],
      });
      expect(json(ordered)).toMatchObject({
        outputs: [
          { name: 'difference', data: [0, 3] },
          { name: 'sum', data: [10, 5] },
        ],
      });
      const one = json(await infer('sums', { inputs: pair, outputs: [{ name: 'sum' }] })) as {
        outputs: unknown[];
      };
      expect(one.outputs).toHaveLength(1);
      const all = json(await infer('sums', { inputs: pair })) as { outputs: unknown[] };
      expect(all.outputs).toHaveLength(2);
    });

    test.each<[string, string, number, RegExp]>([
      ['an unknown model', 'nothing', 404, /nothing/],
      ['an unknown version', 'sizes/versions/9', 404, /9/],
      ['an unknown alias', 'sizes/versions/@canary', 404, /canary/],
      ['an impossible name', 'Sizes!', 404, /name/],
    ])('%s is not found', async (_, path, status, detail) => {
      expectRefused(await get(`/v2/models/${path}`), status, detail);
      expectRefused(await infer(path, { inputs: [measured] }), status, detail);
    });
  });

  describe(`${name}: JSON`, () => {
    test.each<[Datatype, string, string]>([
      ['BOOL', '[true,false]', '[true,false]'],
      ['BOOL', '[1,0]', '[true,false]'],
      ['UINT8', '[0,255]', '[0,255]'],
      ['UINT16', '[0,65535]', '[0,65535]'],
      ['UINT32', '[0,4294967295]', '[0,4294967295]'],
      ['UINT64', '[0,18446744073709551615]', '[0,18446744073709551615]'],
      ['UINT64', '[9007199254740993,1]', '[9007199254740993,1]'],
      ['INT8', '[-128,127]', '[-128,127]'],
      ['INT16', '[-32768,32767]', '[-32768,32767]'],
      ['INT32', '[-2147483648,2147483647]', '[-2147483648,2147483647]'],
      ['INT64', '[-9223372036854775808,9223372036854775807]', '[-9223372036854775808,9223372036854775807]'],
      ['INT64', '[9007199254740991,-9007199254740993]', '[9007199254740991,-9007199254740993]'],
      ['FP32', '[0.1,5.1]', '[0.1,5.1]'],
      ['FP32', '[3.4028235e38,1e-45]', '[3.4028235e+38,1e-45]'],
      ['FP32', '[0.10000000149011612,16777217]', '[0.1,16777216]'],
      ['FP32', '[null,-0.0]', '[null,-0.0]'],
      ['FP64', '[0.1,1.7976931348623157e308]', '[0.1,1.7976931348623157e+308]'],
      ['FP64', '[null,5e-324]', '[null,5e-324]'],
      ['BYTES', '["","三 \\n \\" 𝄞"]', '["","三 \\n \\" 𝄞"]'],
    ])('%s %s comes back as it is', async (datatype, data, back) => {
      const answer = await infer('kinds', kindsBody(datatype, 2, data));
      expect(text(answer)).toContain(`"shape":[2],"data":${back}`);
      expect(answer.status).toBe(200);
    });

    test('empty tensors come back empty', async () => {
      const answer = await infer('kinds', kindsBody('FP32', 0, '[]'));
      expect(json(answer)).toMatchObject({
        outputs: [{ name: 'fp32_out', datatype: 'FP32', shape: [0], data: [] }],
      });
    });

    test('flat and nested arrays are the same, and answers are flat', async () => {
      const shape = [2, 2];
      for (const data of [
        ['a', 'b', 'c', 'd'],
        [
          ['a', 'b'],
          ['c', 'd'],
        ],
      ]) {
        const answer = await infer('words', { inputs: [{ name: 'x', datatype: 'BYTES', shape, data }] });
        expect(json(answer)).toMatchObject({ outputs: [{ shape, data: ['a', 'b', 'c', 'd'] }] });
      }
    });

    test.each<[string, string | object, RegExp]>([
      ['no JSON', '{', /no JSON/],
      ['an empty body', '', /no JSON/],
      ['no inputs', {}, /inputs/],
      ['an input without a shape', { inputs: [{ ...measured, shape: undefined }] }, /shape/],
      ['an unknown datatype', { inputs: [{ ...measured, datatype: 'FP8' }] }, /datatype/],
      [
        'another datatype than the model’s',
        { inputs: [{ ...measured, datatype: 'FP64' }] },
        /measured is FP64, wanted FP32/,
      ],
      [
        'another shape than the model’s',
        { inputs: [{ ...measured, shape: [3, 1] }] },
        /\[3, 1\], wanted \[-1, 3\]/,
      ],
      [
        'too few elements',
        { inputs: [{ ...measured, data: [1, 2] }] },
        /2 elements, its shape \[1, 3\] wants 3/,
      ],
      [
        'too many elements',
        { inputs: [{ ...measured, data: [1, 2, 3, 4] }] },
        /4 elements, its shape \[1, 3\] wants 3/,
      ],
      [
        'nesting unlike the shape',
        { inputs: [{ ...measured, data: [[1, 2], [3]] }] },
        /dimension 0 wants 1, got 2/,
      ],
      ['a negative size', { inputs: [{ ...measured, shape: [-1, 3] }] }, /shape/],
      [
        'a product beyond all numbers',
        { inputs: [{ ...measured, shape: Array(16).fill(2 ** 40), data: [] }] },
        /more than 67108864 bytes/,
      ],
      ['a missing input', { inputs: [] }, /measured is missing/],
      ['an unknown input', { inputs: [measured, { ...measured, name: 'more' }] }, /no input is called more/],
      ['an input that comes twice', { inputs: [measured, measured] }, /'measured' comes twice/],
      ['an unknown output', { inputs: [measured], outputs: [{ name: 'other' }] }, /no output '?other/],
      [
        'text for a number',
        { inputs: [{ ...measured, data: ['1', 0, 0] }] },
        /element 0 is "1", wanted a number/,
      ],
      [
        'neither data nor bytes',
        { inputs: [{ ...measured, data: undefined }] },
        /one of data and binary_data_size, got neither/,
      ],
      ['data and bytes', { inputs: [{ ...measured, parameters: { binary_data_size: 12 } }] }, /got both/],
      ['a parameter that is no plain value', { inputs: [measured], parameters: { a: [] } }, /parameters/],
      [
        'nesting deeper than 100',
        `{"inputs":[],"x":${'['.repeat(101)}${']'.repeat(101)}}`,
        /deeper than 100/,
      ],
      [
        'a decision that is no boolean',
        { inputs: [measured], parameters: { decision: 1 } },
        /decision is true or false/,
      ],
    ])('%s is refused by name', async (_, body, detail) => {
      expectRefused(await infer('sizes', body), 400, detail);
    });

    test.each<[Datatype, string, RegExp]>([
      ['BOOL', '["true"]', /element 0 is "true", wanted true or false/],
      ['UINT8', '[256]', /element 0 is 256, wanted an integer from 0 to 255/],
      ['INT16', '[1.5]', /element 0 is 1.5/],
      ['UINT64', '[-1]', /element 0 is -1/],
      ['INT64', '[9223372036854775808]', /9223372036854775808.*to 9223372036854775807/],
      ['INT64', '[1e19]', /in digits/],
      ['FP32', '[1e39]', /element 0 is 1e\+39, wanted a number in its range/],
      ['FP64', '[1e400]', /element 0 is Infinity/],
      ['FP64', '[true]', /element 0 is true, wanted a number/],
      ['BYTES', '[1]', /element 0 is 1, wanted a string/],
      ['BYTES', '["a\\u0000b"]', /ends at a NUL/],
      ['INT32', '[null]', /element 0 is null/],
    ])('%s %s is refused', async (datatype, data, detail) => {
      expectRefused(await infer('kinds', kindsBody(datatype, 1, data)), 400, detail);
    });

    test('infinity has no JSON, and is answered in bytes', async () => {
      const infinity = new Uint8Array(Float32Array.of(-Infinity).buffer);
      const inputs = kindsOfJson.map(kind => ({
        name: kind.toLowerCase(),
        datatype: kind,
        shape: [kind === 'FP32' ? 1 : 0],
        ...(kind === 'FP32' ? { parameters: { binary_data_size: 4 } } : { data: [] }),
      }));
      expectRefused(
        await binary('kinds', { inputs, outputs: [{ name: 'fp32_out' }] }, infinity),
        400,
        /-Infinity.*binary_data/,
      );
      const answer = await binary(
        'kinds',
        { inputs, outputs: [{ name: 'fp32_out', parameters: { binary_data: true } }] },
        infinity,
      );
      expect(answer.body.slice(Number(answer.headers[lengthHeader]))).toEqual(infinity);
    });

    test.each(['FP16', 'BF16'])('%s is refused, with what to do', async datatype => {
      const inputs = [{ name: 'x', datatype, shape: [1, 1], data: [1] }];
      expectRefused(await infer('half', { inputs }), 400, /no JSON form; send it as binary/);
    });
  });

  describe(`${name}: binary tensors`, () => {
    test('go in and come out as bytes', async () => {
      const bytes = new Uint8Array(Float32Array.of(1, 0, 0).buffer);
      const answer = await binary(
        'sizes',
        {
          parameters: { binary_data_output: true },
          inputs: [{ ...measured, data: undefined, parameters: { binary_data_size: 12 } }],
        },
        bytes,
      );
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/octet-stream']);
      const length = Number(answer.headers[lengthHeader]);
      const head = JSON.parse(new TextDecoder().decode(answer.body.slice(0, length))) as object;
      expect(head).toMatchObject({
        model_version: '1',
        outputs: [
          { name: 'probabilities', datatype: 'FP32', shape: [1, 3], parameters: { binary_data_size: 12 } },
        ],
      });
      const values = new Float32Array(answer.body.slice(length).buffer);
      expect([...values]).toEqual(
        probabilities(
          (json(await infer('sizes', { inputs: [measured] })) as { outputs: unknown }).outputs,
        ).map(Math.fround),
      );
    });

    test('FP16 goes in and comes out by its bits', async () => {
      const bits = new Uint8Array(Uint16Array.of(0x3c00, 0x7bff, 0x8000, 0x7c00).buffer);
      const inputs = [{ name: 'x', datatype: 'FP16', shape: [2, 2], parameters: { binary_data_size: 8 } }];
      const answer = await binary('half', { inputs, parameters: { binary_data_output: true } }, bits);
      expect(answer.body.slice(Number(answer.headers[lengthHeader]))).toEqual(bits);
      expectRefused(await binary('half', { inputs }, bits), 400, /FP16.*ask for binary_data/);
    });

    test('BYTES have their length before them', async () => {
      const bytes = joined(Uint8Array.of(3, 0, 0, 0), encoder.encode('三'), Uint8Array.of(0, 0, 0, 0));
      const inputs = [
        { name: 'x', datatype: 'BYTES', shape: [1, 2], parameters: { binary_data_size: bytes.length } },
      ];
      const answer = await binary('words', { inputs }, bytes);
      expect(json(answer)).toMatchObject({ outputs: [{ data: ['三', ''] }] });
      const back = await binary('words', { inputs, parameters: { binary_data_output: true } }, bytes);
      expect(back.body.slice(Number(back.headers[lengthHeader]))).toEqual(bytes);
    });

    test('may be mixed with JSON, in the order of the inputs', async () => {
      const inputs = [
        { name: 'a', datatype: 'FP32', shape: [1, 2], data: [1, 2] },
        { name: 'b', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } },
      ];
      const outputs = [{ name: 'sum' }, { name: 'difference', parameters: { binary_data: true } }];
      const answer = await binary(
        'sums',
        { inputs, outputs },
        new Uint8Array(Float32Array.of(10, 20).buffer),
      );
      const length = Number(answer.headers[lengthHeader]);
      const head = JSON.parse(new TextDecoder().decode(answer.body.slice(0, length))) as object;
      expect(head).toMatchObject({ outputs: [{ data: [11, 22] }, { parameters: { binary_data_size: 8 } }] });
      expect([...new Float32Array(answer.body.slice(length).buffer)]).toEqual([-9, -18]);
    });

    test('an output’s own choice goes before the request’s', async () => {
      const request = { inputs: [measured], parameters: { binary_data_output: true } };
      const outputs = [{ name: 'probabilities', parameters: { binary_data: false } }];
      expect((await infer('sizes', { ...request, outputs })).headers[lengthHeader]).toBeUndefined();
      expect((await infer('sizes', request)).headers[lengthHeader]).toBeDefined();
    });

    test('a body of bytes alone is the only input', async () => {
      const raw = { 'content-type': 'application/octet-stream', [lengthHeader]: '0' };
      const bytes = new Uint8Array(Float32Array.of(0, 1, 0, 0, 0, 1).buffer);
      const answer = await infer('sizes', bytes, raw);
      const length = Number(answer.headers[lengthHeader]);
      expect(JSON.parse(new TextDecoder().decode(answer.body.slice(0, length)))).toMatchObject({
        outputs: [{ shape: [2, 3], parameters: { binary_data_size: 24 } }],
      });
      expectRefused(await infer('sizes', bytes.slice(1), raw), 400, /23 bytes do not say its shape/);
      expectRefused(await infer('sums', bytes, raw), 400, /one input, the model has 2/);
    });

    test.each<[string, number, number, string | null, RegExp]>([
      ['too few bytes', 12, 8, null, /wants 12 bytes after the JSON, got 8/],
      ['bytes left over', 12, 16, null, /4 bytes follow that belong to no tensor/],
      ['a size that is not the shape’s', 8, 8, null, /12 bytes, binary_data_size says 8/],
      ['a header length past the end', 12, 12, '100000', /header length is 100000/],
      ['a header length that is none', 12, 12, '-1', /is -1, wanted a number of bytes/],
    ])('%s are refused', async (_, said, sent, length, detail) => {
      const head = encoder.encode(
        JSON.stringify({
          inputs: [{ ...measured, data: undefined, parameters: { binary_data_size: said } }],
        }),
      );
      const answer = await infer('sizes', joined(head, new Uint8Array(sent)), {
        'content-type': 'application/octet-stream',
        [lengthHeader]: length ?? String(head.length),
      });
      expectRefused(answer, 400, detail);
    });

    test('a tensor over 64 MiB is refused before it is there', async () => {
      const inputs = [
        { name: 'x', datatype: 'FP16', shape: [2 ** 20, 64], parameters: { binary_data_size: 2 ** 27 } },
      ];
      expectRefused(await binary('half', { inputs }), 400, /more than 67108864 bytes/);
    });
  });

  describe(`${name}: media types and codings`, () => {
    test('a form is refused with what is taken', async () => {
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      expectRefused(await infer('sizes', 'a=1', form), 415, /application\/json or application\/octet-stream/);
    });

    test('parameters of a media type are no matter', async () => {
      const type = { 'content-type': 'Application/JSON; charset=utf-8' };
      expect((await infer('sizes', { inputs: [measured] }, type)).status).toBe(200);
    });

    test.each(['gzip', 'deflate'] as const)('%s is taken off', async coding => {
      const body = await packed({ inputs: [measured] }, coding);
      const answer = await infer('sizes', body, { ...jsonType, 'content-encoding': coding });
      expect([answer.status, text(answer)]).toEqual([200, expect.stringContaining('"model_version":"1"')]);
      const broken = await infer('sizes', body.slice(0, -6), { ...jsonType, 'content-encoding': coding });
      expectRefused(broken, 400, new RegExp(`no whole ${coding}`));
    });

    test('what inflates beyond the limit is refused', async () => {
      const body = await packed(' '.repeat(2 ** 27), 'gzip');
      expect(body.length).toBeLessThan(2 ** 20);
      expectRefused(await infer('sizes', body, { ...jsonType, 'content-encoding': 'gzip' }), 413, /unpacked/);
    });

    test('an unknown coding is refused', async () => {
      expectRefused(
        await infer('sizes', 'x', { ...jsonType, 'content-encoding': 'zstd' }),
        415,
        /zstd; send/,
      );
    });
  });

  describe(`${name}: decisions`, () => {
    test('come as tensors beside the outputs, where asked for', async () => {
      const inputs = [{ ...measured, shape: [2, 3], data: [0, 1, 0, 0.1, 0, 0.1] }];
      const answer = await infer('sizes', { inputs, parameters: { decision: true } });
      expect(answer.status).toBe(200);
      expect(json(answer)).toMatchObject({
        outputs: [
          { name: 'probabilities' },
          { name: 'decision.label', datatype: 'BYTES', shape: [2], data: ['wide', 'long'] },
          { name: 'decision.probabilities', datatype: 'FP32', shape: [2, 3] },
          { name: 'decision.sure', datatype: 'BOOL', shape: [2], data: [true, false] },
        ],
      });
      expect(text(await infer('sizes', { inputs, parameters: { decision: false } }))).not.toContain(
        'decision.',
      );
    });

    test('are refused where nobody said how', async () => {
      const inputs = [{ name: 'x', datatype: 'BYTES', shape: [1, 1], data: ['a'] }];
      expectRefused(
        await infer('words', { inputs, parameters: { decision: true } }),
        400,
        /leave out the parameter decision/,
      );
    });
  });

  describe(`${name}: KServe v1`, () => {
    const predict = (model: string, body: object) => post(`/v1/models/${model}:predict`, body);

    test('lists models, and says of one that it is ready', async () => {
      expect(json(await get('/v1/models'))).toMatchObject({
        models: expect.arrayContaining(['sizes', 'sums']),
      });
      const one = await get('/v1/models/sizes');
      expect([one.status, json(one)]).toEqual([200, expect.objectContaining({ name: 'sizes', ready: true })]);
      expectRefused(await get('/v1/models/nothing'), 404, /nothing/);
    });

    test('answers rows of one input without names', async () => {
      const answer = await predict('sizes', { instances: [[1, 0, 0], { length: 0, width: 1, height: 0 }] });
      expect(answer.status).toBe(200);
      const { predictions } = json(answer) as { predictions: number[][] };
      expect(predictions.map(row => row.map(value => value.toFixed(2)))).toEqual([
        ['0.96', '0.02', '0.02'],
        ['0.02', '0.96', '0.02'],
      ]);
    });

    test('answers rows of several inputs by name', async () => {
      const instances = [
        { a: [1, 2], b: [3, 4] },
        { a: [5, 6], b: [1, 1] },
      ];
      expect(json(await predict('sums', { instances }))).toEqual({
        predictions: [
          { sum: [4, 6], difference: [-2, -2] },
          { sum: [6, 7], difference: [4, 5] },
        ],
      });
    });

    test('answers columns as TensorFlow Serving does', async () => {
      const columns = { a: [[1, 2]], b: [[3, 4]] };
      expect(json(await predict('sums', { inputs: columns }))).toEqual({
        outputs: { sum: [[4, 6]], difference: [[-2, -2]] },
      });
      expect(json(await predict('words', { inputs: [['a', 'b']] }))).toEqual({ outputs: [['a', 'b']] });
    });

    test('takes base64 for text', async () => {
      expect(json(await predict('words', { inputs: [[{ b64: '5LiJ' }, 'b']] }))).toEqual({
        outputs: [['三', 'b']],
      });
    });

    test.each<[string, object, RegExp]>([
      ['neither form', {}, /one of instances and inputs, got neither/],
      ['both forms', { instances: [], inputs: [] }, /got both/],
      ['no rows', { instances: [] }, /there are no rows/],
      ['rows that are no array', { instances: 1 }, /instances is no array/],
      ['a row of another size', { instances: [[1, 2]] }, /row 1 has 2 values, measured takes 3/],
      ['a missing feature', { instances: [{ length: 1, width: 1 }] }, /row 1: height is missing/],
    ])('refuses %s', async (_, body, detail) => {
      expectRefused(await predict('sizes', body), 400, detail);
    });
  });

  describe(`${name}: the short form`, () => {
    const predict = (body: object | string) => post('/predict', body);
    const labelsOf = async (body: object) => {
      const answer = await predict(body);
      expect([answer.status, text(answer)]).toEqual([200, expect.stringMatching(/./)]);
      return (json(answer) as { rows: { label: string }[] }).rows.map(({ label }) => label);
    };

    test.each(['sizes', 'sizes@1', 'sizes@production'])('answers %s row by row, with labels', async model => {
      const answer = await predict({ model, inputs: [1, 0, 0] });
      expect(answer.status).toBe(200);
      expect(json(answer)).toEqual({
        model: 'sizes',
        version: 1,
        rows: [
          {
            label: 'long',
            probabilities: [expect.closeTo(0.9647, 3), expect.closeTo(0.0177, 3), expect.closeTo(0.0177, 3)],
            sure: true,
            outputs: {
              probabilities: [
                expect.closeTo(0.9647, 3),
                expect.closeTo(0.0177, 3),
                expect.closeTo(0.0177, 3),
              ],
            },
          },
        ],
      });
    });

    test('takes a row, rows, named features, named inputs and tensors', async () => {
      const model = 'sizes';
      expect(await labelsOf({ model, inputs: [0, 1, 0] })).toEqual(['wide']);
      expect(
        await labelsOf({
          model,
          inputs: [
            [0, 1, 0],
            [1, 0, 0],
          ],
        }),
      ).toEqual(['wide', 'long']);
      expect(await labelsOf({ model, inputs: { height: 1, width: 0, length: 0 } })).toEqual(['high']);
      expect(await labelsOf({ model, inputs: [{ height: 1, width: 0, length: 0 }] })).toEqual(['high']);
      expect(await labelsOf({ model, inputs: { measured: [0, 0, 1] } })).toEqual(['high']);
      expect(await labelsOf({ model, inputs: [measured] })).toEqual(['long']);
    });

    test('says when it is not sure', async () => {
      const { rows } = json(await predict({ model: 'sizes', inputs: [0, 0, 0.1] })) as { rows: object[] };
      expect(rows[0]).toMatchObject({ label: 'high', sure: false });
    });

    test('gives outputs alone where nothing is decided', async () => {
      expect(json(await predict({ model: 'sums', inputs: { a: [1, 2], b: [3, 4] } }))).toMatchObject({
        rows: [{ outputs: { sum: [4, 6], difference: [-2, -2] } }],
      });
    });

    test('runs more rows than go into one run', async () => {
      const inputs = Array.from({ length: 600 }, (_, i) =>
        [0, 0, 0].map((_zero, column) => Number(column === i % 3)),
      );
      const labels = await labelsOf({ model: 'sizes', inputs });
      expect(labels).toEqual(inputs.map((_, i) => ['long', 'wide', 'high'][i % 3]));
    });

    test.each<[string, string | object, number, RegExp]>([
      ['no model', { inputs: [1] }, 400, /model/],
      ['an unknown model', { model: 'nothing', inputs: [1] }, 404, /nothing/],
      ['an unknown version', { model: 'sizes@9', inputs: [1] }, 404, /9/],
      ['neither inputs nor data set', { model: 'sizes' }, 400, /got neither/],
      ['both', { model: 'sizes', inputs: [1, 2, 3], dataset: 'x' }, 400, /got both/],
      [
        'features without a data set',
        { model: 'sizes', inputs: [1, 2, 3], features: ['a'] },
        400,
        /choose from a dataset/,
      ],
      ['an unknown member', { model: 'sizes', input: [1, 2, 3] }, 400, /input/],
      [
        'a missing feature',
        { model: 'sizes', inputs: { length: 1, width: 1 } },
        400,
        /height is missing \(got length, width\)/,
      ],
      [
        'an unknown feature',
        { model: 'sizes', inputs: { length: 1, width: 1, height: 1, depth: 1 } },
        400,
        /no 'depth', wanted length, width, height/,
      ],
      [
        'a feature that is there twice',
        '{"model":"sizes","inputs":{"length":1,"width":1,"height":1,"l\\u0065ngth":2}}',
        400,
        /'length' is there twice/,
      ],
      [
        'a row of another size',
        { model: 'sizes', inputs: [[1, 2, 3], [1]] },
        400,
        /row 2 has 1 values, measured takes 3/,
      ],
      [
        'text for a number',
        { model: 'sizes', inputs: ['a', 1, 2] },
        400,
        /element 0 is "a", wanted a number/,
      ],
      ['an unknown data set', { model: 'sizes', dataset: 'nothing' }, 404, /nothing/],
    ])('refuses %s', async (_, body, status, detail) => {
      expectRefused(await predict(body), status, detail);
    });
  });
}

/** By the platform, as a client in a browser would. */
async function packed(value: unknown, coding: 'gzip' | 'deflate'): Promise<Uint8Array<ArrayBuffer>> {
  const body = typeof value === 'string' ? value : JSON.stringify(value);
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream(coding));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
