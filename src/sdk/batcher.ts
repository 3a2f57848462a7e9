// Merges predictions that are asked for at the same time into one: along the first dimension, by the same names, datatypes and
// shapes. Each gets its own rows back, and may give up without the others.
import { elements, type Tensor, type TensorData, type TensorMap } from '../core/tensor.ts';
import type { Computed } from './answer.ts';
import { ClientError } from './client-error.ts';
import type { Scope } from './scope.ts';
import { allOf } from './shared-scope.ts';

export interface BatchOptions {
  readonly maxRows: number;
  readonly maxDelayMs: number;
}

type Compute = (inputs: TensorMap, scope: Scope) => Promise<Computed>;

interface Job {
  readonly inputs: TensorMap;
  readonly rows: number;
  readonly scope: Scope;
  readonly resolve: (computed: Computed | Promise<Computed>) => void;
  readonly reject: (error: unknown) => void;
}

interface Batch {
  readonly jobs: Job[];
  readonly compute: Compute;
  rows: number;
}

export class Batcher {
  readonly #options: BatchOptions;
  readonly #open = new Map<string, Batch>();

  constructor(options: BatchOptions) {
    this.#options = options;
  }

  /**
   * @param kind only what is of one kind is merged: the same model, version, outputs and parameters
   * @param compute that of the first of a batch is used for all
   */
  add(kind: string, inputs: TensorMap, scope: Scope, compute: Compute): Promise<Computed> {
    const rows = rowsOf(inputs);
    const { maxRows } = this.#options;
    if (rows === null || rows >= maxRows) return compute(inputs, scope);
    const key = `${kind} ${shapesOf(inputs)}`;
    if ((this.#open.get(key)?.rows ?? 0) + rows > maxRows) this.#close(key);
    return new Promise((resolve, reject) => {
      const batch = this.#open.get(key) ?? this.#start(key, compute);
      batch.jobs.push({ inputs, rows, scope, resolve, reject });
      batch.rows += rows;
      if (batch.rows === maxRows) this.#close(key);
    });
  }

  #start(key: string, compute: Compute): Batch {
    const batch: Batch = { jobs: [], compute, rows: 0 };
    this.#open.set(key, batch);
    setTimeout(() => {
      if (this.#open.get(key) === batch) this.#close(key);
    }, this.#options.maxDelayMs);
    return batch;
  }

  #close(key: string): void {
    const batch = this.#open.get(key);
    this.#open.delete(key);
    if (batch) void run(batch);
  }
}

async function run({ jobs, compute }: Batch): Promise<void> {
  const waiting = jobs.filter(({ scope }) => !scope.signal.aborted);
  const [first, ...others] = waiting;
  if (!first) return;
  const alone = (job: Job) => job.resolve(compute(job.inputs, job.scope));
  if (others.length === 0) return alone(first);
  const { scope, end } = allOf(waiting.map(job => job.scope));
  try {
    const computed = await compute(joined(waiting.map(({ inputs }) => inputs)), scope);
    const parts = split(computed, waiting);
    // A model whose outputs are not by rows cannot be asked for several at once.
    if (parts) waiting.forEach((job, i) => job.resolve(parts[i]!));
    else waiting.forEach(alone);
  } catch (error) {
    // Which of them is at fault, a server that refuses all does not say.
    if (error instanceof ClientError && error.status === 400) waiting.forEach(alone);
    else waiting.forEach(({ reject }) => reject(error));
  } finally {
    end();
  }
}

/** Null where the inputs do not have the same number of rows: then their first dimension is none of rows. */
function rowsOf(inputs: TensorMap): number | null {
  const counts = new Set(Object.values(inputs).map(({ shape }) => shape[0]));
  const [rows] = counts;
  return counts.size === 1 && rows !== undefined && rows > 0 ? rows : null;
}

function shapesOf(inputs: TensorMap): string {
  return Object.entries(inputs)
    .map(([name, { datatype, shape }]) => `${name}:${datatype}:${shape.slice(1).join('x')}`)
    .sort()
    .join(' ');
}

function joined(all: readonly TensorMap[]): TensorMap {
  return Object.fromEntries(
    Object.keys(all[0]!).map(name => [name, joinTensors(all.map(inputs => inputs[name]!))]),
  );
}

function joinTensors(parts: readonly Tensor[]): Tensor {
  const { datatype, shape } = parts[0]!;
  const rows = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
  return { datatype, shape: [rows, ...shape.slice(1)], data: joinData(parts.map(({ data }) => data)) };
}

function joinData(parts: readonly TensorData[]): TensorData {
  const [first] = parts;
  if (Array.isArray(first)) return (parts as string[][]).flat();
  const Kind = first!.constructor as Float32ArrayConstructor;
  const whole = new Kind(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts as Float32Array[]) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Null where an output does not have a row for each that went in. */
function split(computed: Computed, jobs: readonly Job[]): Computed[] | null {
  const rows = jobs.reduce((sum, job) => sum + job.rows, 0);
  const outputs = Object.entries(computed.outputs);
  if (outputs.some(([, { shape }]) => shape[0] !== rows)) return null;
  let start = 0;
  return jobs.map(job => {
    const from = start;
    start += job.rows;
    const own = outputs.map(([name, output]) => [name, slice(output, from, job.rows)] as const);
    return { ...computed, outputs: Object.fromEntries(own) };
  });
}

function slice({ datatype, shape, data }: Tensor, start: number, rows: number): Tensor {
  const width = elements(shape.slice(1));
  const own = data.slice(start * width, (start + rows) * width);
  return { datatype, shape: [rows, ...shape.slice(1)], data: own };
}
