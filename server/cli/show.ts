// `haversack show`: one model with its lineage, aliases and card; or one version with what it was measured at and what stands beside
// it.
import { Command } from 'commander';
import type { RegistryClient } from '../../src/client/registry.ts';
import { type Manifest, manifestSchema } from '../../src/core/artifact/documents.ts';
import type { ModelDetail, VersionDetail, VersionSummary } from '../../src/core/artifact/registry-api.ts';
import { readDocument } from '../../src/core/artifact/signature.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { compareSiblings, type Standing } from '../../src/core/evaluate/siblings.ts';
import { aliasValue, describeReach, findAlias, toAlias } from './alias-state.ts';
import { connect, type RemoteOptions, withRemote } from './connect.ts';
import { accuracyOf, judged } from './figures.ts';
import type { Io } from './io.ts';
import { lineageTree } from './lineage-tree.ts';
import { parseModelName } from './model-name.ts';
import { formatBytes, formatMinute, formatShare, type OutputOptions, print, table } from './output.ts';
import { describe as describeRetention } from './retention.ts';

type ShowOptions = RemoteOptions & OutputOptions;

export function showCommand(io: Io): Command {
  const command = new Command('show')
    .description('show a model: lineage, aliases, card, tags; or one version of it')
    .argument('<model>', 'MODEL, MODEL@N or MODEL@ALIAS')
    .option('--json', 'answer with one JSON value');
  return withRemote(command)
    .addHelpText('after', '\nExample:\n  haversack show digits\n  haversack show digits@3\n')
    .action((name: string, options: ShowOptions) => show(io, name, options));
}

async function show(io: Io, text: string, options: ShowOptions): Promise<void> {
  const { model: name, at } = parseModelName(text);
  const { client } = connect(io, options);
  const { model } = await client.model(name, io.signal);
  if (at === null) {
    print(io, options, { ...model, aliases: model.aliases.map(toAlias).map(aliasValue) }, () =>
      renderModel(model),
    );
    return;
  }
  const number = typeof at === 'number' ? at : await meantBy(client, name, at);
  const version = model.versions.find(each => each.version === number);
  if (!version) throw new HaversackError('NotFound', `there is no ${name}@${number}`);
  const { manifest, derivations } = await client.version(name, number, io.signal);
  const { labels, recipe } = readDocument(manifest, manifestSchema);
  const siblings = siblingsOf(model, version);
  const more = { labels, recipe, derivations };
  print(io, options, { model: name, ...version, ...more, siblings: compareSiblings(siblings) }, () =>
    renderVersion(name, version, siblings, more),
  );
}

async function meantBy(client: RegistryClient, model: string, alias: string): Promise<number> {
  const found = await findAlias(client, model, alias);
  if (!found) throw new HaversackError('NotFound', `there is no ${model}@${alias}`);
  return found.version;
}

/** With the version itself; none where it has no parent. */
function siblingsOf({ versions }: ModelDetail, { parent }: VersionSummary): VersionSummary[] {
  return parent ? versions.filter(each => each.parent?.version === parent.version) : [];
}

function renderModel(model: ModelDetail): string {
  const aliases = model.aliases.map(toAlias);
  const lines = [
    `${model.model} · ${model.task} · updated ${formatMinute(model.updatedAt)}`,
    `tags: ${model.tags.join(', ') || 'none'}`,
    `retention: ${describeRetention(model.retention)}`,
    '',
    ...aliases.map(alias => `${alias.alias} → ${alias.version}, ${describeReach(alias)}`),
    ...(aliases.length > 0 ? [''] : []),
    ...renderTree(model),
    ...(model.card === '' ? [] : ['', model.card.trimEnd()]),
  ];
  return lines.map(line => `${line}\n`).join('');
}

function renderTree({ versions }: ModelDetail): string[] {
  const byNumber = new Map(versions.map(version => [version.version, version]));
  const tree = lineageTree(
    versions.map(({ version, parent }) => ({ version, parent: parent?.version ?? null })),
  );
  return tree.map(({ prefix, version: number }) => {
    const version = byNumber.get(number)!;
    const marks = marksOf(version).map(mark => ` (${mark})`);
    return `${prefix}${number}  ${formatMinute(version.createdAt)}  ${accuracyOf(judged(version))}${marks.join('')}`;
  });
}

function marksOf({ retiredAt, collectedAt, newArchitecture }: VersionSummary): string[] {
  return [
    ...(newArchitecture ? ['new architecture'] : []),
    ...(retiredAt ? ['retired'] : []),
    ...(collectedAt ? ['collected'] : []),
  ];
}

function renderVersion(
  model: string,
  version: VersionSummary,
  siblings: readonly VersionSummary[],
  { labels, recipe, derivations }: Pick<Manifest, 'labels' | 'recipe'> & Pick<VersionDetail, 'derivations'>,
): string {
  const facts: [string, string][] = [
    ['digest', version.digest],
    ['parent', version.parent ? `${model}@${version.parent.version}` : 'none'],
    ['made', `${formatMinute(version.createdAt)} by ${version.device?.slice(0, 12) ?? 'an admin'}`],
    ['recipe', recipe?.kind ?? 'unknown'],
    ...marksOf(version).map((mark): [string, string] => ['is', mark]),
    ...(version.note ? [['note', version.note] satisfies [string, string]] : []),
  ];
  const measured = version.evaluations.map(each => [
    each.part,
    each.origin,
    accuracyOf(each),
    each.dataset?.slice(0, 12) ?? '(told)',
  ]);
  const variants = version.variants.map(({ name, bytes, evaluations }) => [
    name,
    formatBytes(bytes),
    accuracyOf(judged({ evaluations })),
    '',
  ]);
  const notMade = derivations
    .filter(({ state }) => state !== 'done')
    .map(({ variant, state, detail }) => [variant, '', '', detail ? `${state}: ${detail}` : state]);
  return [
    `${model}@${version.version}\n`,
    ...facts.map(([name, value]) => `  ${name.padEnd(7)} ${value}\n`),
    ...(measured.length > 0 ? ['\n', table(['PART', 'ROWS OF', 'ACCURACY', 'DATA SET'], measured)] : []),
    '\n',
    table(['VARIANT', 'SIZE', 'ACCURACY', 'NOT MADE'], [...variants, ...notMade]),
    ...renderSiblings(version, siblings, labels),
  ].join('');
}

function renderSiblings(
  { parent, version }: VersionSummary,
  siblings: readonly VersionSummary[],
  labels: readonly string[] | null,
): string[] {
  const others = siblings.filter(each => each.version !== version).map(each => each.version);
  if (!parent || others.length === 0) return [];
  const { grounds, apart } = compareSiblings(siblings);
  const named = (standing: Standing) =>
    standing.figures
      .map(({ version: each, figure }) => {
        const mark = each === standing.best ? '*' : '';
        return `${each}${mark} ${formatShare(figure.value)}`;
      })
      .join(', ');
  return [
    `\nBeside ${others.join(', ')}, also of ${parent.version} (* better, not by chance):\n`,
    ...grounds.flatMap(ground => [
      `  on ${ground.n} rows (${ground.part}): ${named(ground.accuracy)}\n`,
      ...ground.recall.flatMap((standing, label) =>
        standing?.best == null ? [] : [`    ${labels?.[label] ?? label}: ${named(standing)}\n`],
      ),
    ]),
    ...(apart.length > 0 ? [`  not comparable, measured on other rows: ${apart.join(', ')}\n`] : []),
  ];
}
