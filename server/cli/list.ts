// `haversack list`: the registry's models, their versions, and what points at them.
import { Command } from 'commander';
import type { ModelSummary } from '../../src/core/artifact/registry-api.ts';
import { toAlias } from './alias-state.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import { accuracyOf, judged } from './figures.ts';
import type { Io } from './io.ts';
import { formatBytes, formatMinute, type OutputOptions, print, table } from './output.ts';

interface ListOptions extends RemoteOptions, OutputOptions {
  readonly tag?: string;
}

export function listCommand(io: Io): Command {
  const command = new Command('list')
    .description('show the models of a registry, their versions, aliases and variants')
    .argument('[words]', 'only those with this in their name, tags or card')
    .option('--tag <tag>', 'only those with this tag')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText(
      'after',
      '\nExample:\n  haversack list --url https://models.example.org\n  haversack list --tag ocr\n',
    )
    .action((words: string | undefined, options: ListOptions) => list(io, words, options));
}

async function list(io: Io, words: string | undefined, options: ListOptions): Promise<void> {
  const { client } = connect(io, options);
  const { tag } = options;
  const isSearch = words !== undefined || tag !== undefined;
  const models = isSearch
    ? await client.searchModels({ ...(words !== undefined && { q: words }), ...(tag && { tag }) }, io.signal)
    : ((await client.models({ signal: io.signal })).models ?? []);
  const value = models.map(summary => ({
    model: summary.model,
    tags: summary.tags,
    versions: summary.versions.map(version => ({
      version: version.version,
      aliases: aliasesOf(summary, version.version),
      created: version.createdAt,
      metrics: judged(version)?.metrics ?? null,
      variants: version.variants.map(({ name, bytes }) => ({ name, bytes })),
      retired: version.retiredAt !== null,
      collected: version.collectedAt !== null,
    })),
  }));
  const nothing = isSearch ? 'No model has that.\n' : 'No models yet.\n';
  print(io, options, value, () => (models.length === 0 ? nothing : render(models)));
}

function aliasesOf(summary: ModelSummary, version: number): string[] {
  return summary.aliases
    .map(toAlias)
    .filter(alias => alias.version === version)
    .map(({ alias }) => alias);
}

function render(models: readonly ModelSummary[]): string {
  const header = ['MODEL', 'VERSION', 'ALIASES', 'ACCURACY', 'PARENT', 'CREATED', 'VARIANTS'];
  const rows = models.flatMap(summary =>
    summary.versions.map((version, index) => [
      index === 0 ? summary.model : '',
      `${version.version}`,
      [...aliasesOf(summary, version.version), ...(version.retiredAt ? ['(retired)'] : [])].join(', '),
      accuracyOf(judged(version)),
      version.parent ? `${version.parent.version}` : '–',
      formatMinute(version.createdAt),
      version.collectedAt
        ? '(collected)'
        : version.variants.map(({ name, bytes }) => `${name} ${formatBytes(bytes)}`).join(' · '),
    ]),
  );
  return table(header, rows);
}
