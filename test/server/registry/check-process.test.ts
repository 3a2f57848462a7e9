import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type CheckerProcess, checkerProcess } from '../../../server/registry/checker-process.ts';
import type { CheckJob } from '../../../server/registry/checker.ts';
import { FileBlobs } from '../../../server/storage/blobs.ts';
import { chunkFile } from '../../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../../src/core/artifact/digest.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import type { Tensor } from '../../../src/core/tensor.ts';
import { buildProgram, checkProcessSource } from '../built-program.ts';
import { classifier, labels, manifestOf, push } from '../models.ts';
import { startServer, temporaryFolder } from '../support.ts';

const endings: (() => void | Promise<void>)[] = [];
let program: string;

beforeAll(async () => {
  program = await buildProgram(checkProcessSource, end => endings.push(end));
}, 60_000);
afterAll(async () => {
  for (const end of endings) await end();
});

async function checkerOver(file: Bytes, options: { checkTimeoutMs?: number; baseBytes?: number } = {}) {
  const chunks = temporaryFolder();
  const blobs = await FileBlobs.open(chunks);
  const job = await jobFor(blobs, file);
  const checker = checkerProcess({ program, chunks, ...options });
  onTestFinished(() => checker.close());
  return { checker, job, blobs };
}

async function jobFor(blobs: FileBlobs, file: Bytes): Promise<CheckJob> {
  const { ref, chunks } = await chunkFile(file);
  for (const [digest, bytes] of chunks) await blobs.put(digest, bytes);
  return { kind: 'check', file: ref, beside: [], labels: null, interface: null, recorded: null };
}

const number = (value: bigint): Tensor => ({ datatype: 'INT64', shape: [1], data: BigInt64Array.of(value) });

/** Fills `bytes` bytes while it is opened: constants are folded then. */
function memoryEater(bytes: number): Bytes {
  return new GraphBuilder('eater')
    .input('x', 'FP32', [1])
    .initializer('size', number(BigInt(bytes / 4)))
    .node('ConstantOfShape', ['size'], ['much'])
    .node('Add', ['much', 'x'], ['y'])
    .output('y', 'FP32', [-1])
    .build();
}

/** Minutes of work from a small file. */
function slowpoke(): Bytes {
  const builder = new GraphBuilder('slow')
    .input('x', 'FP32', [1])
    .initializer('shape', { datatype: 'INT64', shape: [2], data: BigInt64Array.of(3000n, 3000n) })
    .node('Expand', ['x', 'shape'], ['v0']);
  for (let i = 0; i < 200; i += 1) builder.node('MatMul', [`v${i}`, `v${i}`], [`v${i + 1}`]);
  return builder.output('v200', 'FP32', [3000, 3000]).build();
}

/** The id of the process, once it is at work. */
async function busyPid(checker: CheckerProcess): Promise<number> {
  await expect.poll(() => checker.isBusy, { timeout: 20_000, interval: 5 }).toBe(true);
  return checker.pid!;
}

it('looks into uploads one after the other, in the same process', async () => {
  const { checker, job, blobs } = await checkerOver(classifier());
  const other = await jobFor(blobs, new TextEncoder().encode('<!doctype html><p>login'));
  const [first, second] = await Promise.allSettled([checker.check({ ...job, labels }), checker.check(other)]);
  expect(first).toMatchObject({
    status: 'fulfilled',
    value: { variant: 'fp32', interface: { inputs: [{ name: 'x', shape: [-1, 2] }] } },
  });
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'NotOnnx' } });
  const { pid } = checker;
  expect(pid).not.toBe(process.pid);
  await checker.check(job);
  expect(checker.pid).toBe(pid);
});

it('refuses a model that takes too long, and goes on with another process', async () => {
  const { checker, job, blobs } = await checkerOver(slowpoke(), { checkTimeoutMs: 5_000 });
  await expect(checker.check(job)).rejects.toMatchObject({
    code: 'ModelInvalid',
    detail: 'looking into it takes longer than 5 s',
  });
  await expect(checker.check(await jobFor(blobs, classifier()))).resolves.toMatchObject({ variant: 'fp32' });
});

it('refuses a model that takes too much memory, and goes on with another process', async () => {
  const { checker, job, blobs } = await checkerOver(memoryEater(2 ** 31), { baseBytes: 400 * 2 ** 20 });
  await expect(checker.check(job)).rejects.toMatchObject({
    code: 'ModelInvalid',
    detail: 'it takes more memory than an upload of its size may',
  });
  await expect(checker.check(await jobFor(blobs, classifier()))).resolves.toMatchObject({ variant: 'fp32' });
});

it('refuses a model that the process dies of, and goes on with another process', async () => {
  const { checker, job, blobs } = await checkerOver(slowpoke());
  const checking = checker.check(job);
  process.kill(await busyPid(checker), 'SIGSEGV');
  await expect(checking).rejects.toMatchObject({
    code: 'ModelInvalid',
    detail: 'the process that looked into it ended (SIGSEGV)',
  });
  await expect(checker.check(await jobFor(blobs, classifier()))).resolves.toMatchObject({ variant: 'fp32' });
});

it('blames no upload where it does not start', async () => {
  const { job } = await checkerOver(classifier());
  const checker = checkerProcess({ program: '/nowhere/check-process.js', chunks: '/nowhere' });
  onTestFinished(() => checker.close());
  await expect(checker.check(job)).rejects.toMatchObject({ code: 'Unavailable' });
});

it('gives up what is in hand when the server stops, and takes nothing more', async () => {
  const { checker, job } = await checkerOver(slowpoke());
  const checking = checker.check(job);
  const waiting = checker.check(job);
  await busyPid(checker);
  void checker.close();
  await expect(checking).rejects.toMatchObject({ code: 'Unavailable' });
  await expect(waiting).rejects.toMatchObject({ code: 'Unavailable' });
  await expect(checker.check(job)).rejects.toMatchObject({ code: 'Unavailable' });
});

it('does the work of a whole server: a push and its int8 variant', async () => {
  const server = await startServer({ checkProcess: program });
  const pushed = await push(server, 'sides', classifier());
  expect(manifestOf(pushed)).toMatchObject({ version: 1, authority: { variant: 'fp32' } });
  await server.deriver.idle();
  const { json } = await server.ask('GET', 'models/sides/versions/1');
  expect(json['variants']).toHaveLength(1);
});
