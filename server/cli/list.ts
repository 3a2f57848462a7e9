// `haversack list`: the registry's models, their versions, and what points at them.
import { Command } from 'commander';
import { aliasSchema, type Evaluation } from '../../src/core/artifact/documents.ts';
import type { ModelSummary, VersionSummary } from '../../src/core/artifact/registry-api.ts';
import { readDocument } from '../../src/core/artifact/signature.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import type { Io } from './io.ts';
import { formatBytes, formatShare, type OutputOptions, print, table } from './output.ts';

type ListOptions = RemoteOptions & OutputOptions;

export function listCommand(io: Io): Command {
  const command = new Command('list')
    .description('show the models of a registry, their versions, aliases and variants')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText('after', '\nExample:\n  haversack list --url https://models.example.org\n')
    .action((options: ListOptions) => list(io, options));
}

async function list(io: Io, options: ListOptions): Promise<void> {
  const { client } = connect(io, options);
  const models = (await client.models({ signal: io.signal })).models ?? [];
  const value = models.map(summary => ({
    model: summary.model,
    versions: summary.versions.map(version => ({
      version: version.version,
      aliases: aliasesOf(summary, version.version),
      created: version.createdAt,
      metrics: judged(version)?.metrics ?? null,
      variants: version.variants.map(({ name, bytes }) => ({ name, bytes })),
    })),
  }));
  print(io, options, value, () => (models.length === 0 ? 'No models yet.\n' : render(models)));
}

function aliasesOf(summary: ModelSummary, version: number): string[] {
  return summary.aliases
    .map(envelope => readDocument(envelope, aliasSchema))
    .filter(alias => alias.version === version)
    .map(({ alias }) => alias);
}

/** The figures that count: on the held-out rows of the version's own data set; else whatever was measured. */
function judged({ evaluations }: VersionSummary): Evaluation | undefined {
  const heldOut = evaluations.filter(({ part }) => part === 'test');
  return heldOut.find(({ origin }) => origin === 'parent') ?? heldOut[0] ?? evaluations[0];
}

function render(models: readonly ModelSummary[]): string {
  const header = ['MODEL', 'VERSION', 'ALIASES', 'ACCURACY', 'PARENT', 'CREATED', 'VARIANTS'];
  const rows = models.flatMap(summary =>
    summary.versions.map((version, index) => [
      index === 0 ? summary.model : '',
      `${version.version}`,
      aliasesOf(summary, version.version).join(', '),
      accuracy(judged(version)),
      version.parent ? `${version.parent.version}` : '–',
      version.createdAt.slice(0, 16).replace('T', ' '),
      version.variants.map(({ name, bytes }) => `${name} ${formatBytes(bytes)}`).join(' · '),
    ]),
  );
  return table(header, rows);
}

function accuracy(evaluation: Evaluation | undefined): string {
  const value = evaluation?.metrics.accuracy;
  if (evaluation === undefined || value === undefined || value === null) return '–';
  const { n, interval } = evaluation;
  const range = interval ? `, ${formatShare(interval.low)} to ${formatShare(interval.high)}` : '';
  return `${formatShare(value)}${n === null ? '' : ` (n ${n}${range})`}`;
}
