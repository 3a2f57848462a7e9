// `haversack evaluate`: what a model is worth on the rows of a table.
import { Command } from 'commander';
import { saidNames } from '../../src/core/data/columns.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { interfaceOf } from '../../src/core/onnx/interface.ts';
import { withServer } from './connect.ts';
import type { Io } from './io.ts';
import { type Judged, judgeRows } from './judge-table.ts';
import { type Expected, readLabelledTable, type TableOptions } from './labelled-table.ts';
import { load, type Loaded, type LoadOptions } from './load.ts';
import { formatShare, type OutputOptions, print, table } from './output.ts';

type EvaluateOptions = Omit<LoadOptions, 'data'> & OutputOptions & TableOptions;

export function evaluateCommand(io: Io): Command {
  const command = new Command('evaluate')
    .description('judge a model on the rows of a table')
    .argument('<model|file>', 'MODEL, MODEL@N, MODEL@ALIAS or an .onnx file')
    .requiredOption('--data <file>', 'data.csv, or - for stdin')
    .requiredOption('--target <column>', 'that holds the truth')
    .option('--features <columns>', 'a,b,c; else those the model names, or all but the target')
    .option('--variant <name>', 'of a model in the registry')
    .option('--registry-key <id>', 'refuse a registry whose key is another')
    .option('--json', 'answer with one JSON value');
  return withServer(command)
    .addHelpText('after', '\nExample:\n  haversack evaluate iris.onnx --data iris.csv --target species\n')
    .action((name: string, options: EvaluateOptions) => evaluate(io, name, options));
}

async function evaluate(io: Io, name: string, options: EvaluateOptions): Promise<void> {
  const { data, ...modelOptions } = options;
  const loaded = await load(io, name, modelOptions);
  const rows = await readLabelledTable(io, { ...modelOptions, data }, expectedBy(loaded));
  // The runtime is a large library, which other verbs do without.
  const { openNodeSession } = await import('../inference/session.ts');
  const session = await openNodeSession(loaded.file);
  try {
    const labels = rows.truth.kind === 'classes' ? rows.truth.labels : null;
    const modelInterface = decidedInterface(loaded, labels);
    const judged = await judgeRows({ session, interface: modelInterface }, rows);
    print(io, options, { ...judged, ...(labels && { labels }) }, () => render(judged));
  } finally {
    await session.dispose();
  }
}

/** What a loaded model says of the table it wants. One number a row and no decision: numbers are told. */
export function expectedBy(loaded: Loaded): Expected {
  const { inputs, outputs, decision } = loaded.interface;
  const [output] = outputs;
  const isNumber = outputs.length === 1 && output!.shape.length === 2 && output!.shape[1] === 1;
  const tellsNumber = decision?.kind === 'value' || (decision === null && isNumber && !loaded.labels);
  return {
    features: inputs[0] ? saidNames(inputs[0]) : null,
    labels: loaded.labels,
    kind: tellsNumber ? 'numbers' : decision ? 'classes' : null,
  };
}

/** With the labels at hand, an output as wide as they are is taken for one logit a class where nobody said otherwise. */
export function decidedInterface(
  { interface: known, inspection }: Loaded,
  labels: readonly string[] | null,
): Loaded['interface'] {
  if (known.decision || !labels) return known;
  try {
    return interfaceOf(inspection, [...labels]);
  } catch (thrown) {
    if (thrown instanceof HaversackError && thrown.code === 'ModelInvalid') {
      throw new HaversackError('InputInvalid', `${thrown.detail} (labels of the table)`);
    }
    throw thrown;
  }
}

function render({ n, metrics, perClass, confusion }: Judged): string {
  const figures = Object.entries(metrics).map(([name, value]) => [
    name,
    value === null ? '–' : value.toFixed(4),
  ]);
  const head = `${n} rows\n\n${table(['METRIC', ''], figures)}`;
  if (!perClass || !confusion) return head;
  const labels = Object.keys(perClass);
  const share = (value: number | null) => (value === null ? '–' : formatShare(value));
  const classes = Object.entries(perClass).map(([label, { support, precision, recall, f1 }]) => {
    return [label, `${support}`, share(precision), share(recall), share(f1)];
  });
  const answers = confusion.map((row, i) => [labels[i]!, ...row.map(String)]);
  return (
    `${head}\n${table(['CLASS', 'ROWS', 'PRECISION', 'RECALL', 'F1'], classes)}` +
    `\n${table(['TRUTH \\ ANSWER', ...labels], answers)}`
  );
}
