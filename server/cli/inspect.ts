// `haversack inspect`: what is in a model.
import { Command } from 'commander';
import type { TensorSpec } from '../../src/core/runtime/session.ts';
import { withRemote } from './connect.ts';
import type { Io } from './io.ts';
import { load, type Loaded, type LoadOptions } from './load.ts';
import { formatBytes, noteLines, type OutputOptions, print, table } from './output.ts';

export function inspectCommand(io: Io): Command {
  const command = new Command('inspect')
    .description('show the inputs, outputs, operators and size of a model')
    .argument(
      '<model|file>',
      'MODEL, MODEL@N, MODEL@ALIAS, an .onnx file, or what is converted (model.json, .zip)',
    )
    .option('--variant <name>', 'of a model in the registry')
    .option('--registry-key <id>', 'refuse a registry whose key is another')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText('after', '\nExample:\n  haversack inspect mnist.onnx\n')
    .action((name: string, options: LoadOptions & OutputOptions) => inspect(io, name, options));
}

async function inspect(io: Io, name: string, options: LoadOptions & OutputOptions): Promise<void> {
  const loaded = await load(io, name, options);
  const { inputs, outputs, operators, parameters, bytes, opset, producer } = loaded.inspection;
  const { variants, notes } = loaded;
  const value = {
    inputs,
    outputs,
    operators,
    parameters,
    bytes,
    opset,
    producer,
    ...(variants && { variants }),
    ...(notes.length > 0 && { notes }),
  };
  print(io, options, value, () => render(loaded));
}

function render({ model, version, inspection, variants, notes }: Loaded): string {
  const { operators, parameters, bytes, opset, producer } = inspection;
  const counted = Object.entries(operators).sort(([, a], [, b]) => b - a);
  const facts = [
    ['model', version === null ? model : `${model}@${version}`],
    ['size', `${formatBytes(bytes)}, ${parameters.toLocaleString('en')} parameters`],
    ['made by', `${producer || 'nobody says'}, opset ${opset}`],
    ['operators', counted.map(([name, count]) => `${name} ×${count}`).join(', ')],
    ...(variants ? [['variants', variants.map(v => `${v.name} ${formatBytes(v.bytes)}`).join(' · ')]] : []),
  ];
  const tensors = [...inspection.inputs.map(rowOf('input')), ...inspection.outputs.map(rowOf('output'))];
  return (
    facts.map(([name, fact]) => `${name!.padEnd(10)} ${fact!}\n`).join('') +
    `\n${table(['', 'NAME', 'DATATYPE', 'SHAPE'], tensors)}` +
    noteLines(notes)
  );
}

function rowOf(kind: string) {
  return ({ name, datatype, shape }: TensorSpec) => [
    kind,
    name,
    datatype,
    `[${shape.map(size => (size === -1 ? 'any' : size)).join(', ')}]`,
  ];
}
