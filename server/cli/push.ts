// `haversack push`: an ONNX file, or a model of another format that is converted, becomes the next version of a model.
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { Evaluation } from '../../src/core/artifact/documents.ts';
import { modelNameSchema, versionNumberSchema } from '../../src/core/artifact/names.ts';
import { maxModelBytes } from '../../src/core/artifact/registry-api.ts';
import type { ModelInterface } from '../../src/core/artifact/interface.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { Imported } from '../../src/core/import/imported.ts';
import { importNoteText } from '../../src/core/import/notes.ts';
import type { PixelRange } from '../../src/core/import/pixels.ts';
import { saidClaims } from '../../src/core/import/said-face.ts';
import { inspectModel } from '../../src/core/onnx/inspect.ts';
import { z } from '../../src/core/zod.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';
import { type ModelOnDisk, readModelFile } from './model-file.ts';
import { parsePixels } from './options.ts';
import { formatBytes, noteLines, type OutputOptions, print } from './output.ts';
import { pushModel } from './push-model.ts';

interface PushOptions extends RemoteOptions, OutputOptions {
  readonly model: string;
  readonly labels?: string;
  readonly pixels?: PixelRange;
  readonly metrics?: string;
  readonly note?: string;
  readonly parent?: string;
}

export function pushCommand(io: Io): Command {
  const command = new Command('push')
    .description('upload a model file as the next version of a model')
    .argument(
      '<file>',
      'an .onnx file, or what is converted: a model.json, a folder or a .zip of TensorFlow.js or Teachable Machine',
    )
    .requiredOption('--model <name>', 'the model it is a version of; made if it is new')
    .option('--labels <a,b>', 'what the classes are called, in the order of the output')
    .option(
      '--pixels <black,white>',
      'the numbers that black and white are, where it takes images',
      parsePixels,
    )
    .option('--metrics <json>', 'what was measured on held-out data, e.g. {"accuracy":0.97}')
    .option('--note <text>', 'one line for people')
    .option('--parent <number>', 'the version it was made from: small updates for who has that one')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText(
      'after',
      '\nExample:\n  haversack push mnist.onnx --model mnist --labels 0,1,2,3,4,5,6,7,8,9\n' +
        '  haversack push converted_tfjs_model.zip --model cups\n',
    )
    .action((path: string, options: PushOptions) => push(io, path, options));
}

async function push(io: Io, path: string, options: PushOptions): Promise<void> {
  const model = modelNameSchema.safeParse(options.model);
  if (!model.success) throw new UsageError(`--model ${options.model}: ${z.prettifyError(model.error)}`);
  const evaluations = options.metrics === undefined ? [] : [told(options.metrics)];
  const parent = options.parent === undefined ? null : versionNumber(options.parent);
  const { client } = connect(io, options);
  const { model: file, imported } = await readSmallEnough(resolve(io.cwd, path));
  const labels = options.labels?.split(',').map(label => label.trim()) ?? null;
  const said = saidOf(file, imported, labels, options.pixels ?? null);

  const pushed = await pushModel(io, client, model.data, file, {
    ...said,
    evaluations,
    note: options.note ?? null,
    parent,
  });
  const notes = (imported?.notes ?? []).map(importNoteText);
  const value = { ...pushed, ...(imported && { format: imported.format, notes }) };
  print(io, options, value, () => {
    const sizes = `${formatBytes(value.bytes)}, ${formatBytes(value.uploadedBytes)} sent`;
    return `${value.model}@${value.version} is in the registry: ${sizes}.\n${noteLines(notes)}`;
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

async function readSmallEnough(path: string): Promise<ModelOnDisk> {
  const read = await readModelFile(path);
  if (read.model.length <= maxModelBytes) return read;
  throw new HaversackError(
    'TooLarge',
    `${path} has ${read.model.length} bytes; the limit is ${maxModelBytes}`,
  );
}

/**
 * What the registry could not read from the file itself; null: it reads it.
 * @throws HaversackError of a file that is no model: before anything is sent
 */
function saidOf(
  file: Bytes,
  imported: Imported | null,
  given: readonly string[] | null,
  pixels: PixelRange | null,
): { labels: string[] | null; interface: ModelInterface | null } {
  const inspection = inspectModel(file);
  try {
    const { labels, interface: face } = saidClaims(file, inspection, imported, { labels: given, pixels });
    return { labels: labels && [...labels], interface: face };
  } catch (thrown) {
    if (!pixels || !(thrown instanceof HaversackError) || thrown.code !== 'BadRequest') throw thrown;
    throw new UsageError('--pixels: this model does not take one image with 1 or 3 channels.');
  }
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
