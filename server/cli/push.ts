// `haversack push`: an ONNX file becomes the next version of a model.
import { resolve } from 'node:path';
import { Command } from 'commander';
import { uploadFile } from '../../src/client/upload.ts';
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { type Evaluation, manifestSchema } from '../../src/core/artifact/documents.ts';
import { modelNameSchema, versionNumberSchema } from '../../src/core/artifact/names.ts';
import { maxModelBytes } from '../../src/core/artifact/registry-api.ts';
import { envelopeDigest, readDocument } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { inspectModel } from '../../src/core/onnx/inspect.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { z } from '../../src/core/zod.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { readModelFile } from './model-file.ts';
import { formatBytes, type OutputOptions, print, progressLine } from './output.ts';

interface PushOptions extends RemoteOptions, OutputOptions {
  readonly model: string;
  readonly labels?: string;
  readonly metrics?: string;
  readonly note?: string;
  readonly parent?: string;
}

export function pushCommand(io: Io): Command {
  const command = new Command('push')
    .description('upload an ONNX file as the next version of a model')
    .argument('<file>', 'the .onnx file')
    .requiredOption('--model <name>', 'the model it is a version of; made if it is new')
    .option('--labels <a,b>', 'what the classes are called, in the order of the output')
    .option('--metrics <json>', 'what was measured on held-out data, e.g. {"accuracy":0.97}')
    .option('--note <text>', 'one line for people')
    .option('--parent <number>', 'the version it was made from: small updates for who has that one')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText(
      'after',
      '\nExample:\n  haversack push mnist.onnx --model mnist --labels 0,1,2,3,4,5,6,7,8,9\n',
    )
    .action((path: string, options: PushOptions) => push(io, path, options));
}

async function push(io: Io, path: string, options: PushOptions): Promise<void> {
  const model = modelNameSchema.safeParse(options.model);
  if (!model.success) throw new UsageError(`--model ${options.model}: ${z.prettifyError(model.error)}`);
  const evaluations = options.metrics === undefined ? [] : [told(options.metrics)];
  const parent = options.parent === undefined ? null : versionNumber(options.parent);
  const { client } = connect(io, options);
  const file = await readSmallEnough(resolve(io.cwd, path));
  // Before anything is sent: a file that is no model is told apart here.
  inspectModel(file);

  const chunked = await chunkFile(file, tensorLayout(file));
  const progress = progressLine(io, `push ${model.data}`);
  const sent = await uploadFile(client, chunked, {
    signal: io.signal,
    onProgress: ({ sentBytes, totalBytes }) => progress.show(sentBytes, totalBytes),
  }).finally(progress.end);
  const detail = await client.push(
    model.data,
    {
      file: chunked.ref,
      labels: options.labels?.split(',').map(label => label.trim()) ?? null,
      evaluations,
      note: options.note ?? null,
      parent,
    },
    io.signal,
  );
  const { version } = readDocument(detail.manifest, manifestSchema);
  const value = {
    model: model.data,
    version,
    digest: chunked.ref.digest,
    bytes: chunked.ref.bytes,
    uploadedBytes: sent.sentBytes,
    versionDigest: await envelopeDigest(detail.manifest),
  };
  print(io, options, value, () => {
    const sizes = `${formatBytes(value.bytes)}, ${formatBytes(value.uploadedBytes)} sent`;
    return `${value.model}@${version} is in the registry: ${sizes}.\n`;
  });
}

function versionNumber(text: string): number {
  const version = versionNumberSchema.safeParse(Number(text));
  if (version.success) return version.data;
  throw new UsageError(
    `--parent ${text}: not the number of a version.`,
    'Give one that `haversack list` shows.',
  );
}

async function readSmallEnough(path: string): Promise<Bytes> {
  const file = await readModelFile(path);
  if (file.length <= maxModelBytes) return file;
  throw new HaversackError('TooLarge', `${path} has ${file.length} bytes; the limit is ${maxModelBytes}`);
}

const metricsSchema = z.record(z.string().max(64), z.number().nullable());

/** Figures somebody tells, without the rows they were measured on. */
function told(text: string): Evaluation {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UsageError(`--metrics ${text}: not JSON.`, 'Give an object like {"accuracy":0.97}.');
  }
  const metrics = metricsSchema.safeParse(json);
  if (!metrics.success) throw new UsageError(`--metrics: ${z.prettifyError(metrics.error)}`);
  return {
    part: 'test',
    origin: 'parent',
    dataset: null,
    n: null,
    metrics: metrics.data,
    interval: null,
    confusion: null,
  };
}
