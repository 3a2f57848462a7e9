// `read-large`: a model of 512 MB, read into the graph that passes work on: how much memory that takes beyond the file, and how
// long beside the parser alone. In Node; no browser.
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { GraphProtoSchema, ModelProtoSchema, TensorProtoSchema } from 'onnx-buf';
import { Graph } from '../src/core/onnx/graph.ts';
import { constantsToInitializers } from '../src/core/onnx/passes/constants-to-initializers.ts';
import { nameNodes } from '../src/core/onnx/passes/name-nodes.ts';
import { upgrade } from '../src/core/onnx/passes/upgrade.ts';
import type { Setting } from './catalogue.ts';
import { compared, interleaved, limited, type Row } from './harness.ts';

/** 8 weights of 64 MiB. */
const layers = 8;
const width = 4096;
const weightBytes = width * width * 4;
const blockBytes = 2 ** 20;
/** Of the file's size. A copy of the weights would be 1. */
const maxExtraShare = 0.05;

export async function readLargeBench({ tell, length }: Setting): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'haversack-read-large-'));
  try {
    const path = join(folder, 'large.onnx');
    tell(`writing ${(layers * weightBytes) / 2 ** 20} MiB`);
    await writeLargeModel(path);
    const read = await readFile(path);
    const file = new Uint8Array(read.buffer, read.byteOffset, read.length);
    // First: the greatest memory of a process only grows.
    const extra = extraShare(file);
    const rounds = length === 'full' ? { count: 21, warmUps: 5 } : { count: 5, warmUps: 1 };
    const { ours, theirs } = await interleaved(
      rounds,
      () => milliseconds(() => Graph.read(file)),
      () => milliseconds(() => fromBinary(ModelProtoSchema, file)),
    );
    return [
      limited(
        {
          case: '512 MiB, read and brought to the working opset',
          metric: 'memory beyond the file’s, as a share of it',
          limit: maxExtraShare,
          limitName: 'no copy of the weights',
        },
        [extra],
      ),
      compared(
        { case: '512 MiB', metric: 'read, ms', peer: 'onnx-buf’s parser alone', goal: null },
        ours,
        theirs,
      ),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

function extraShare(file: Uint8Array<ArrayBuffer>): number {
  const before = { greatest: greatestMemory(), held: heldMemory() };
  const graph = nameNodes(constantsToInitializers(upgrade(Graph.read(file))));
  if (graph.initializers.size !== layers) throw new Error(`${graph.initializers.size} weights were read`);
  // The first misses what fits where garbage was, the second what is gone again.
  const grown = greatestMemory() - before.greatest;
  const kept = heldMemory() - before.held;
  return Math.max(grown, kept) / file.length;
}

/** Bytes that the process has had at once. */
function greatestMemory(): number {
  return process.resourceUsage().maxRSS * 1024;
}

// eslint-disable-next-line @typescript-eslint/require-await -- what is measured is synchronous, the harness is not
async function milliseconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Bytes of objects and buffers, garbage included. */
function heldMemory(): number {
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}

/** Block by block, so that this process has never had more memory than it needs for the file. */
async function writeLargeModel(path: string): Promise<void> {
  const graph = new Graph();
  graph.opset = 17;
  graph.inputs = [{ name: 'x0', datatype: 'FP32', shape: [-1, width] }];
  graph.outputs = [{ name: `x${layers}`, datatype: 'FP32', shape: [-1, width] }];
  for (let i = 0; i < layers; i++) graph.add('MatMul', [`x${i}`, `w${i}`], [`x${i + 1}`]);
  const { graph: small, ...rest } = graph.toModel();
  const heads = Array.from({ length: layers }, (_, i) => weightHead(`w${i}`));
  const around = toBinary(GraphProtoSchema, small!);
  const graphBytes = heads.reduce((sum, head) => sum + head.length + weightBytes, around.length);
  const block = Buffer.from(Float32Array.from({ length: blockBytes / 4 }, (_, i) => Math.sin(i)).buffer);
  const output = await open(path, 'w');
  try {
    await output.write(toBinary(ModelProtoSchema, create(ModelProtoSchema, rest)));
    await output.write(Uint8Array.from([tag(graphOfModel), ...varint(graphBytes)]));
    await output.write(around);
    for (const head of heads) {
      await output.write(head);
      for (let at = 0; at < weightBytes; at += blockBytes) await output.write(block);
    }
  } finally {
    await output.close();
  }
}

/** Field numbers of onnx.proto. */
const graphOfModel = 7;
const initializerOfGraph = 5;
const rawDataOfTensor = 9;

/** An initializer of the graph up to where its elements begin. */
function weightHead(name: string): Uint8Array {
  const tensor = toBinary(
    TensorProtoSchema,
    create(TensorProtoSchema, { name, dataType: 1, dims: [BigInt(width), BigInt(width)] }),
  );
  const raw = [tag(rawDataOfTensor), ...varint(weightBytes)];
  const bytes = tensor.length + raw.length + weightBytes;
  return Uint8Array.from([tag(initializerOfGraph), ...varint(bytes), ...tensor, ...raw]);
}

/** Of a length-delimited field. */
function tag(field: number): number {
  return field * 8 + 2;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}
