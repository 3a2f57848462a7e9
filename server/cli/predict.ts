// `haversack predict`: answers for a table of inputs, from a model run in this process, or by a server.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { type Decided, decide } from '../../src/core/evaluate/decide.ts';
import { rowsOfOutputs } from '../../src/core/serve/rows-of-outputs.ts';
import { withRemote } from './connect.ts';
import type { Run, Value } from '../../src/core/serve/json-rows.ts';
import { readInput } from './input.ts';
import type { Io } from './io.ts';
import type { LoadOptions } from './load.ts';
import { formatShare, type OutputOptions, print, table } from './output.ts';
import { openPredictor, type Predictor } from './predictor.ts';
import { rowOfOutputs, toTensor } from './tensors.ts';

interface PredictOptions extends LoadOptions, OutputOptions {
  readonly input: string;
}

interface AnsweredRow {
  readonly label?: string;
  readonly probabilities?: readonly number[];
  /** Only there, and false, where the model's interface says to answer "not sure". */
  readonly sure?: false;
  readonly outputs: Readonly<Record<string, readonly Value[]>>;
}

export function predictCommand(io: Io): Command {
  const command = new Command('predict')
    .description(
      'answer the rows of a table or JSON file; here, or with --url by a server over the Open Inference Protocol',
    )
    .argument(
      '<model|file>',
      'MODEL, MODEL@N, MODEL@ALIAS or an .onnx file; with --url as that server calls it',
    )
    .requiredOption('--input <file>', 'data.csv, data.json, or - for stdin')
    .option('--variant <name>', 'of a model in the registry')
    .option('--registry-key <id>', 'refuse a registry whose key is another')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText(
      'after',
      '\nExample:\n  echo 5.1,3.5,1.4,0.2 | haversack predict iris --input -\n  haversack predict resnet --url http://triton:8000 --input body.json --json\n',
    )
    .action((name: string, options: PredictOptions) => predict(io, name, options));
}

async function predict(io: Io, name: string, options: PredictOptions): Promise<void> {
  const text = await readText(io, options.input);
  const predictor = await openPredictor(io, name, options);
  try {
    const runs = readInput(text, predictor.interface);
    const rows: AnsweredRow[] = [];
    for (const run of runs) rows.push(...(await answer(predictor, run)));
    const { model, version } = predictor;
    print(io, options, { model, version, rows }, () => render(rows));
  } finally {
    await predictor.close();
  }
}

async function readText(io: Io, input: string): Promise<string> {
  if (input === '-') return new TextDecoder().decode(await io.stdin());
  return readFile(resolve(io.cwd, input), 'utf8');
}

async function answer(predictor: Predictor, run: Run): Promise<AnsweredRow[]> {
  const outputs = await predictor.run(Object.fromEntries(run.map(input => [input.name, toTensor(input)])));
  const decided = decide(predictor.interface, predictor.labels, outputs);
  const rows = decided.length || rowsOfOutputs(run[0]?.shape[0] ?? 1, outputs);
  return Array.from({ length: rows }, (_, row) => {
    return { ...saidOf(decided[row]), outputs: rowOfOutputs(outputs, row, rows) };
  });
}

function saidOf(decided: Decided | undefined): Omit<AnsweredRow, 'outputs'> {
  return {
    ...(decided && decided.label !== null && { label: decided.label }),
    ...(decided?.probabilities && { probabilities: decided.probabilities }),
    ...(decided?.sure === false && { sure: false as const }),
  };
}

function render(rows: readonly AnsweredRow[]): string {
  const names = Object.keys(rows[0]?.outputs ?? {});
  const labelled = rows.some(({ label }) => label !== undefined);
  const header = labelled
    ? ['ROW', 'ANSWER', 'PROBABILITY', '']
    : ['ROW', ...names.map(name => name.toUpperCase())];
  return table(
    header,
    rows.map((row, index) => [
      `${index + 1}`,
      ...(labelled ? answerCells(row) : names.map(name => short(row, name))),
    ]),
  );
}

function answerCells({ label, probabilities, sure }: AnsweredRow): string[] {
  const best = probabilities ? formatShare(Math.max(...probabilities)) : '–';
  return [label ?? '–', best, sure === false ? 'not sure' : ''];
}

const shownValues = 6;

function short({ outputs }: AnsweredRow, name: string): string {
  const values = outputs[name] ?? [];
  const shown = values
    .slice(0, shownValues)
    .map(value => (typeof value === 'number' ? Number(value.toPrecision(6)) : value));
  return shown.join(' ') + (values.length > shownValues ? ` … (${values.length})` : '');
}
