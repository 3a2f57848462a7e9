// `haversack convert`: a model of another format as an ONNX file.
import { resolve } from 'node:path';
import { Command } from 'commander';
import { importNoteText } from '../../src/core/import/notes.ts';
import { describeModel } from '../../src/core/onnx/description.ts';
import { inspectModel } from '../../src/core/onnx/inspect.ts';
import type { Io } from './io.ts';
import { readModelFile } from './model-file.ts';
import { formatBytes, noteLines, type OutputOptions, print } from './output.ts';
import { writeWhole } from './write-whole.ts';

interface ConvertOptions extends OutputOptions {
  readonly out: string;
}

export function convertCommand(io: Io): Command {
  return new Command('convert')
    .description('make one ONNX file of a TensorFlow.js or Teachable Machine model')
    .argument('<file>', 'a model.json, a folder or a .zip; or an .onnx file with weights beside it')
    .requiredOption('--out <file>', 'where to write it')
    .option('--json', 'answer with one JSON value')
    .addHelpText('after', '\nExample:\n  haversack convert web_model/ --out model.onnx\n')
    .action((path: string, options: ConvertOptions) => convert(io, path, options));
}

async function convert(io: Io, path: string, options: ConvertOptions): Promise<void> {
  const { model, imported } = await readModelFile(resolve(io.cwd, path));
  const labels = imported?.labels ?? null;
  const file = labels ? describeModel(model, { features: null, labels }) : model;
  const { inputs, outputs } = inspectModel(file);
  await writeWhole(resolve(io.cwd, options.out), file);
  const value = {
    out: options.out,
    format: imported?.format ?? 'onnx',
    bytes: file.length,
    inputs,
    outputs,
    labels,
    notes: (imported?.notes ?? []).map(importNoteText),
  };
  print(io, options, value, () => {
    const classes = labels ? `, ${labels.length} classes` : '';
    return `${options.out} is written: ${formatBytes(file.length)}${classes}.\n${noteLines(value.notes)}`;
  });
}
