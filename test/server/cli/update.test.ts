// What an update costs on the line: told by `diff`, and paid by `pull`.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { seededRandom } from '../../../src/core/data/random.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { haversack, startedServer } from './captured.ts';
import { smallModel } from './models.ts';

const side = 256;

/** x [n, 256] → int8 weights, unfolded, MatMul → y. @param step moves one weight in twenty by so much */
function int8Model(step: number, weight = 'w'): Bytes {
  const random = seededRandom(1);
  const values = Int8Array.from(
    { length: side * side },
    () => random.integer(200) - 100 + (random.integer(20) === 0 ? step : 0),
  );
  return new GraphBuilder('int8')
    .input('x', 'FP32', ['n', side])
    .initializer(weight, { datatype: 'INT8', shape: [side, side], data: values })
    .initializer('scale', float32([], [0.01]))
    .node('DequantizeLinear', [weight, 'scale'], ['unfolded'])
    .node('MatMul', ['x', 'unfolded'], ['y'])
    .output('y', 'FP32', ['n', side])
    .build();
}

const first = int8Model(0);
const second = int8Model(1);
let server: Awaited<ReturnType<typeof startedServer>>;

beforeAll(async () => {
  server = await startedServer();
  const files = {
    'first.onnx': first,
    'second.onnx': second,
    'renamed.onnx': int8Model(1, 'v'),
    'small.onnx': smallModel({}),
    'head.onnx': smallModel({ head: 2 }),
  };
  for (const [name, file] of Object.entries(files)) await writeFile(join(server.folder, name), file);
  for (const name of ['first.onnx', 'second.onnx']) await call(['push', name, '--model', 'signs']);
});
afterAll(() => server.close());

function call(args: readonly string[]) {
  return haversack(server.folder, args, { env: { HAVERSACK_URL: server.url } });
}

async function answerOf<T>(args: readonly string[]): Promise<T> {
  const { code, out, err } = await call([...args, '--json']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as T;
}

interface Difference {
  readonly tensors: Record<'same' | 'changed' | 'added' | 'removed', number>;
  readonly bytes: number;
  readonly bytesToSend: number;
  readonly changes: { readonly tensor: string; readonly change: string }[];
}

describe('an update', () => {
  it('of which every chunk moved is a tenth of the file and less on the line, as diff has said', async () => {
    const told = await answerOf<Difference>(['diff', 'signs@1', 'signs@2']);
    expect(told).toMatchObject({
      tensors: { same: 1, changed: 1, added: 0, removed: 0 },
      bytes: second.length,
      changes: [
        { tensor: 'w', change: 'changed', datatype: 'INT8', shape: [side, side], bytes: side * side },
      ],
    });
    await answerOf(['pull', 'signs@1', '--out', 'here.onnx']);
    const { downloadedBytes } = await answerOf<{ downloadedBytes: number }>([
      'pull',
      'signs@2',
      '--out',
      'here.onnx',
    ]);
    expect(await readFile(join(server.folder, 'here.onnx'))).toEqual(Buffer.from(second));
    expect(downloadedBytes).toBeLessThan(0.1 * second.length);
    expect(downloadedBytes).toBe(told.bytesToSend);
  });

  it('is whole where the file that is here is no version of the model', async () => {
    await writeFile(join(server.folder, 'other.onnx'), smallModel({ first: 5 }));
    await answerOf(['pull', 'signs@2', '--out', 'other.onnx']);
    const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    expect(sha(await readFile(join(server.folder, 'other.onnx')))).toBe(sha(second));
  });
});

describe('diff', () => {
  it('finds nothing between a file and itself, or the version that it became', async () => {
    const nothing = { tensors: { same: 2, changed: 0, added: 0, removed: 0 }, bytesToSend: 0, changes: [] };
    expect(await answerOf(['diff', 'first.onnx', 'first.onnx'])).toMatchObject(nothing);
    expect(await answerOf(['diff', 'first.onnx', 'signs@1:original'])).toMatchObject(nothing);
  });

  it('sends no differences between graphs that are not the same', async () => {
    const told = await answerOf<Difference>(['diff', 'first.onnx', 'renamed.onnx']);
    expect(told.tensors).toEqual({ same: 1, changed: 0, added: 1, removed: 1 });
    expect(told.bytesToSend).toBeGreaterThan(0.5 * told.bytes);
  });

  it('says it for people, weight by weight', async () => {
    const { out, code } = await call(['diff', 'small.onnx', 'head.onnx']);
    expect(code).toBe(0);
    expect(out).toMatch(/changed +w2 +FLOAT \[512, 2\] +4\.1 kB/);
    expect(out).toMatch(
      /1 weights the same, 1 changed, 0 added, 0 removed\.\n.* to send, .* % of 12\.6 kB\.\n$/,
    );
  });

  it.each([
    [['diff', 'signs@1:int3', 'signs@2'], 1, 'variant int3 of signs@1; there are original'],
    [['diff', 'absent.onnx', 'signs@2'], 1, 'absent.onnx'],
    [['diff', 'signs@1:int8:x', 'signs@2'], 2, 'signs@1:int8:x'],
    [['diff', 'signs@1'], 2, "missing required argument 'b'"],
  ])('%j fails, and says why', async (args, exitCode, why) => {
    const { code, err, out } = await call(args);
    expect({ code, out }).toEqual({ code: exitCode, out: '' });
    expect(err).toContain(why);
  });
});
