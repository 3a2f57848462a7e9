import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitExternalData } from '../../../src/core/onnx/external-data.ts';
import { haversack, startedServer } from './captured.ts';
import { smallModel, strangeModel } from './models.ts';

const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const v1 = smallModel({});
const v2 = smallModel({ head: 2 });
let server: Awaited<ReturnType<typeof startedServer>>;

beforeAll(async () => {
  server = await startedServer();
  await writeFile(join(server.folder, 'v1.onnx'), v1);
  await writeFile(join(server.folder, 'v2.onnx'), v2);
});
afterAll(() => server.close());

/** With the server's address in the environment, as a script has it. */
function call(args: readonly string[], options: { stdin?: string; env?: Record<string, string> } = {}) {
  const env = { HAVERSACK_URL: server.url, ...options.env };
  return haversack(server.folder, args, { ...options, env });
}

async function answerOf(args: readonly string[], stdin = ''): Promise<unknown> {
  const { code, out, err } = await call([...args, '--json'], { stdin });
  expect(err).toBe('');
  expect(code).toBe(0);
  return JSON.parse(out);
}

describe('the life of a model', { concurrent: false }, () => {
  it('begins with a push, for which the key on this machine is found', async () => {
    const args = [
      'push',
      'v1.onnx',
      '--model',
      'small',
      '--labels',
      'no, yes',
      '--metrics',
      '{"accuracy":0.9}',
    ];
    expect(await answerOf(args)).toEqual({
      model: 'small',
      version: 1,
      digest: sha(v1),
      bytes: v1.length,
      uploadedBytes: v1.length,
      versionDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('sends only what changed of the next version', async () => {
    const args = ['push', 'v2.onnx', '--model', 'small', '--parent', '1'];
    const { version, uploadedBytes } = (await answerOf(args)) as { version: number; uploadedBytes: number };
    expect(version).toBe(2);
    const answer = await fetch(`${server.url}/registry/v1/models/small/versions/2`);
    expect(await answer.json()).toMatchObject({ manifest: { signed: { parent: { version: 1 } } } });
    expect(uploadedBytes).toBeGreaterThan(0);
    expect(uploadedBytes).toBeLessThan(v2.length - 4 * 512 * 4 + 1);
  });

  it('shows in the list', async () => {
    const list = (await answerOf(['list'])) as { model: string; versions: Record<string, unknown>[] }[];
    const [newest, first] = list.find(({ model }) => model === 'small')!.versions;
    expect(newest).toMatchObject({ version: 2, aliases: [], metrics: null });
    expect(first).toMatchObject({
      version: 1,
      aliases: ['production'],
      created: expect.any(String),
      metrics: { accuracy: 0.9 },
      variants: expect.arrayContaining([{ name: 'fp32', bytes: v1.length }]),
    });
    const { out } = await call(['list']);
    expect(out).toMatch(/^MODEL +VERSION +ALIASES/);
    expect(out).toMatch(/small +2 /);
    expect(out).toMatch(/1 +production +90\.0 %/);
  });

  it('comes back byte for byte, and under no other name while it is on its way', async () => {
    const value = (await answerOf(['pull', 'small', '--out', 'model.onnx'])) as object;
    expect(value).toMatchObject({
      model: 'small',
      version: 1,
      variant: 'fp32',
      digest: sha(v1),
      bytes: v1.length,
      downloadedBytes: expect.any(Number),
      out: join(server.folder, 'model.onnx'),
    });
    expect(sha(await readFile(join(server.folder, 'model.onnx')))).toBe(sha(v1));
    expect((await readdir(server.folder)).filter(name => name.endsWith('.part'))).toEqual([]);
  });

  it('fetches over an older version only what differs', async () => {
    const { downloadedBytes } = (await answerOf(['pull', 'small@2', '--out', 'model.onnx'])) as {
      downloadedBytes: number;
    };
    expect(downloadedBytes).toBeLessThan(v2.length - 4 * 512 * 4 + 1);
    expect(sha(await readFile(join(server.folder, 'model.onnx')))).toBe(sha(v2));
  });

  it('is promoted and taken back', async () => {
    const move = (version: number) => answerOf(['promote', `small@${version}`, 'production']);
    expect(await move(2)).toMatchObject({ model: 'small', alias: 'production', version: 2, previous: 1 });
    expect(await move(1)).toMatchObject({ version: 1, previous: 2 });
    expect(await answerOf(['promote', 'small@2', 'canary', '--share', '0.1'])).toMatchObject({
      alias: 'canary',
      previous: null,
    });
  });

  it('predicts in this process, from the registry or a file', async () => {
    const fromRegistry = await answerOf(
      ['predict', 'small@1', '--input', '-'],
      'a,b,c,d\n1,2,3,4\n4,3,2,1\n',
    );
    const { model, version, rows } = fromRegistry as {
      model: string;
      version: number;
      rows: { label: string; probabilities: number[]; outputs: Record<string, number[]> }[];
    };
    expect({ model, version }).toEqual({ model: 'small', version: 1 });
    expect(rows).toHaveLength(2);
    for (const { label, probabilities, outputs } of rows) {
      expect(label).toBe(probabilities[0]! > probabilities[1]! ? 'no' : 'yes');
      expect(probabilities[0]! + probabilities[1]!).toBeCloseTo(1, 5);
      expect(outputs['probabilities']).toEqual(probabilities);
    }
    const fromFile = await answerOf(['predict', 'v1.onnx', '--input', '-'], '[[1,2,3,4],[4,3,2,1]]');
    expect(fromFile).toMatchObject({
      model: 'v1.onnx',
      version: null,
      rows: rows.map(({ outputs }) => ({ outputs })),
    });
  });

  it('predicts the same over the protocol', async () => {
    const rows = '[[1,2,3,4],[4,3,2,1]]';
    const here = (await answerOf(['predict', 'small@1', '--input', '-'], rows)) as {
      rows: { probabilities: number[] }[];
    };
    const there = (await answerOf(['predict', 'small@1', '--input', '-', '--url', server.url], rows)) as {
      rows: { probabilities: number[] }[];
    };
    expect(there).toMatchObject({ model: 'small', version: 1 });
    expect(there.rows).toHaveLength(2);
    there.rows.forEach(({ probabilities }, row) => {
      expect(probabilities[0]).toBeCloseTo(here.rows[row]!.probabilities[0]!, 5);
    });
  });

  it('is looked into', async () => {
    const value = await answerOf(['inspect', 'small@canary']);
    expect(value).toMatchObject({
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
      outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 2] }],
      operators: { MatMul: 2, Relu: 1, Softmax: 1 },
      parameters: 4 * 512 + 512 * 2,
      bytes: v2.length,
      opset: 21,
      variants: expect.arrayContaining([{ name: 'fp32', bytes: v2.length }]),
    });
    const { out } = await call(['inspect', 'v1.onnx']);
    expect(out).toContain('3,072 parameters');
    expect(out).toMatch(/input +x +FP32 +\[any, 4\]/);
  });

  it('is whole on the server’s disk', async () => {
    expect(await answerOf(['verify'])).toMatchObject({ versions: 2, bad: [] });
  });
});

describe('the JSON that scripts rely on', () => {
  /** `{ a: [{ b }] }` as `a`, `a.b`: members of objects, and of the first item of arrays. */
  function members(value: unknown, path = ''): string[] {
    const item: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof item !== 'object' || item === null) return [];
    return Object.entries(item).flatMap(([name, below]) => [
      `${path}${name}`,
      ...members(below, `${path}${name}.`),
    ]);
  }

  it.each([
    [['push', 'v1.onnx', '--model', 'keys'], 'model version digest bytes uploadedBytes'],
    [
      ['list'],
      'model versions versions.version versions.aliases versions.created versions.metrics versions.variants versions.variants.name versions.variants.bytes',
    ],
    [
      ['pull', 'keys', '--variant', 'fp32', '--out', 'keys.onnx'],
      'model version variant digest bytes downloadedBytes out',
    ],
    [
      ['diff', 'v1.onnx', 'v2.onnx'],
      'tensors tensors.same tensors.changed tensors.added tensors.removed bytes bytesToSend',
    ],
    [['promote', 'keys@1', 'canary'], 'model alias version'],
    [
      ['inspect', 'keys'],
      'inputs outputs operators operators.MatMul parameters bytes opset variants variants.name variants.bytes',
    ],
    [['inspect', 'v1.onnx'], 'inputs outputs operators parameters bytes opset'],
    [
      ['predict', 'small@1', '--input', '-'],
      'model version rows rows.label rows.probabilities rows.outputs rows.outputs.probabilities',
    ],
    [['predict', 'v1.onnx', '--input', '-'], 'model version rows rows.outputs'],
    [['verify'], 'chunks versions bad'],
  ] as const)('of %j has every member by its name', async (args, wanted) => {
    const there = members(await answerOf(args, '[[1,2,3,4]]'));
    expect(there).toEqual(expect.arrayContaining(wanted.split(' ')));
  });
});

describe('a refusal', () => {
  async function refused(args: readonly string[], options?: Parameters<typeof call>[1]) {
    const { code, out, err } = await call(args, options);
    expect(out).toBe('');
    expect(err.split('\n')).toHaveLength(4);
    return { code, err };
  }

  it('names the operator that no runtime has', async () => {
    await writeFile(join(server.folder, 'strange.onnx'), strangeModel());
    const { code, err } = await refused(['push', 'strange.onnx', '--model', 'strange']);
    expect(code).toBe(1);
    expect(err).toContain('Frobnicate');
  });

  it('says what a file that is no model looks like', async () => {
    await writeFile(join(server.folder, 'page.onnx'), '<!doctype html><title>404</title>');
    const { code, err } = await refused(['push', 'page.onnx', '--model', 'page']);
    expect(code).toBe(1);
    expect(err).toMatch(/not an ONNX model/);
  });

  it('of a write without a key says how to get one', async () => {
    const { code, err } = await refused(['promote', 'small@1', 'production', '--data', 'nowhere']);
    expect(code).toBe(1);
    expect(err).toMatch(/No valid key/);
  });

  it('of a wrong key is a refusal too', async () => {
    const { code } = await refused(['promote', 'small@1', 'production', '--key', 'hvs_wrong']);
    expect(code).toBe(1);
  });

  it('of another registry’s key names both', async () => {
    const other = 'f'.repeat(64);
    const { code, err } = await refused(['pull', 'small', '--out', 'x.onnx', '--registry-key', other]);
    expect(code).toBe(1);
    expect(err).toContain(other.slice(0, 12));
  });

  it.each([
    [['pull', 'small@9', '--out', 'x.onnx'], 1, /nothing by that name/],
    [['pull', 'small', '--variant', 'int3', '--out', 'x.onnx'], 1, /int3.*fp32/],
    [['predict', 'small', '--input', 'gone.csv'], 1, /no such file/],
    [['inspect', './gone.onnx'], 1, /no such file/],
    [['verify', '--data', 'nowhere'], 1, /nowhere/],
    [['predict', 'v1.onnx', '--input', 'v1.onnx', '--url', 'http://127.0.0.1:1'], 2, /is a file/],
    [['serve', '--port', 'eighty'], 2, /whole number/],
    [['serve', '--workers', 'many'], 2, /whole number up to 128/],
    [['serve', '--tls-cert', 'cert.pem'], 2, /go together/],
    [['list', '--url', 'http://127.0.0.1:1'], 1, /cannot be reached/],
    [['list', '--url', 'ftp://x'], 2, /no server’s address/],
    [['push', 'v1.onnx'], 2, /--model/],
    [['push', 'v1.onnx', '--model', 'Big'], 2, /model's name/],
    [['push', 'v1.onnx', '--model', 'a', '--metrics', '{'], 2, /not JSON/],
    [['push', 'v1.onnx', '--model', 'a', '--parent', 'production'], 2, /not the number of a version/],
    [['promote', 'small', 'production'], 2, /names no version/],
    [['promote', 'small@1', '7'], 2, /alias/],
    [['promote', 'small@1', 'a', '--share', '2'], 2, /between 0 and 1/],
    [['dance'], 2, /unknown command/],
    [['list', '--fast'], 2, /unknown option/],
    [[], 2, /No verb/],
  ] as const)('%j ends with %i', async (args, expected, reason) => {
    const { code, err } = await refused(args);
    expect(err).toMatch(reason);
    expect(code).toBe(expected);
  });
});

describe('help', () => {
  it.each(['serve', 'push', 'list', 'pull', 'promote', 'predict', 'inspect', 'convert', 'verify'])(
    'of %s shows an example',
    async verb => {
      const { code, out, err } = await call([verb, '--help']);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(new RegExp(`Example:\\n {2}.*haversack ${verb}`));
    },
  );

  it('of the command names every verb', async () => {
    const { out } = await call(['--help']);
    expect(out).toMatch(/serve[^]*push[^]*list[^]*pull[^]*promote[^]*predict[^]*inspect[^]*verify/);
  });
});

describe('progress', () => {
  it('is drawn on a terminal’s stderr only, and taken away again', async () => {
    const options = { env: { HAVERSACK_URL: server.url }, terminal: true };
    const { out, err } = await haversack(
      server.folder,
      ['pull', 'small', '--out', 'again.onnx', '--json'],
      options,
    );
    expect(err).toContain('█');
    expect(err.endsWith('\r\u001b[K')).toBe(true);
    expect(JSON.parse(out)).toMatchObject({ model: 'small' });
  });
});

describe('a model with weights in a file beside it', () => {
  it('is read with them by every command, and pushed as one file', async () => {
    const { model, data } = splitExternalData(v1, 'weights/small.bin');
    await mkdir(join(server.folder, 'apart', 'weights'), { recursive: true });
    await writeFile(join(server.folder, 'apart', 'small.onnx'), model);
    await writeFile(join(server.folder, 'apart', 'weights', 'small.bin'), data);
    expect(await answerOf(['inspect', 'apart/small.onnx'])).toMatchObject({ bytes: v1.length });
    const rows = 'a,b,c,d\n1,2,3,4\n';
    const whole = (await answerOf(['predict', 'v1.onnx', '--input', '-'], rows)) as object;
    expect(await answerOf(['predict', 'apart/small.onnx', '--input', '-'], rows)).toEqual({
      ...whole,
      model: 'small.onnx',
    });
    expect(await answerOf(['push', 'apart/small.onnx', '--model', 'apart'])).toMatchObject({
      digest: sha(v1),
    });
  });

  it('is refused by name where that file is not there', async () => {
    await writeFile(join(server.folder, 'lonely.onnx'), splitExternalData(v1, 'gone.bin').model);
    const { code, err } = await call(['push', 'lonely.onnx', '--model', 'lonely']);
    expect(code).toBe(1);
    expect(err).toContain("Weight 'w1' is kept in 'gone.bin'. There is no such file.");
  });
});
