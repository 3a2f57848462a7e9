// The versions of a model as a graph of their descent, newest on top, and beside it the sheet of one.
import type { Alias } from '../../../core/artifact/documents.ts';
import type { ModelSummary, VersionSummary } from '../../../core/artifact/registry-api.ts';
import { t } from '../../i18n/admin.ts';
import { accuracyText } from '../../i18n/measures.ts';
import { formatBytes, formatDate } from '../../i18n/format.ts';
import { Chip } from '../../parts/chip.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LineageGraph } from '../../parts/lineage/lineage-graph.tsx';
import { type LineageRow, lineageRows } from '../../parts/lineage/lineage-rows.ts';
import { Note } from '../../parts/note.tsx';
import { Split } from '../../parts/split.tsx';
import { aliasesOf } from '../../state/admin.ts';
import { rolloutSuffix } from './models.tsx';
import { to } from './section.ts';
import { VersionSheet } from './version-sheet.tsx';

export function Versions(props: { readonly model: ModelSummary; readonly chosen: string | null }) {
  const { model, chosen } = props;
  const aliases = aliasesOf(model.aliases);
  const version = model.versions.find(one => String(one.version) === chosen) ?? null;
  const list = (
    <>
      {aliases.some(({ alias }) => alias === 'production') ? null : (
        <Note tone="warn">{t('noProduction')}</Note>
      )}
      <Graph model={model} aliases={aliases} chosen={version} />
    </>
  );
  return (
    <Split
      list={list}
      back={{ href: to.model(model.model), label: t('allVersions') }}
      detail={
        version ? (
          <VersionSheet key={version.version} model={model} version={version} aliases={aliases} />
        ) : null
      }
    />
  );
}

function Graph(props: {
  readonly model: ModelSummary;
  readonly aliases: readonly Alias[];
  readonly chosen: VersionSummary | null;
}) {
  const { model, aliases, chosen } = props;
  const byNumber = new Map(model.versions.map(one => [one.version, one]));
  const rows = lineageRows(
    model.versions.map(({ version, parent }) => ({ version, parent: parent?.version ?? null })),
  );
  return (
    <LineageGraph
      label={t('lineageOf', { model: model.model })}
      items={rows.flatMap(row => {
        const version = byNumber.get(row.version);
        if (!version) return [];
        return [
          {
            row,
            mark: version.retiredAt ? 'retired' : version.newArchitecture ? 'changed' : 'plain',
            href: to.model(model.model, 'versions', row.version),
            current: chosen?.version === row.version,
            children: <Line version={version} row={row} aliases={aliases} />,
          },
        ];
      })}
    />
  );
}

function Line(props: {
  readonly version: VersionSummary;
  readonly row: LineageRow;
  readonly aliases: readonly Alias[];
}) {
  const { version, row, aliases } = props;
  return (
    <>
      <span class="row">
        <strong>{t('version', { version: String(version.version) })}</strong>
        <Flags version={version} aliases={aliases} />
      </span>
      <span class="small numbers">{accuracyText(version.evaluations) ?? t('accuracyUnknown')}</span>
      <span class="small soft numbers">
        {[
          originOf(version, row),
          formatBytes(version.variants[0]?.bytes ?? 0),
          formatDate(version.createdAt),
        ].join(' · ')}
      </span>
      {version.note ? <span class="small soft">{version.note}</span> : null}
    </>
  );
}

/** Where it comes from, as words: the picture beside it is not for everyone. */
export function originOf({ parent }: VersionSummary, { siblings }: LineageRow): string {
  if (parent === null) return t('first');
  const from = String(parent.version);
  if (siblings.length === 0) return t('from', { parent: from });
  return t('forked', { parent: from, siblings: siblings.toReversed().join(', '), n: siblings.length });
}

/** Aliases as flags, and what is special about a version. */
export function Flags(props: { readonly version: VersionSummary; readonly aliases: readonly Alias[] }) {
  const { version, aliases } = props;
  return (
    <>
      {aliases
        .filter(alias => alias.version === version.version)
        .map(alias => (
          <Chip key={alias.alias} tone={alias.alias === 'production' ? 'accent' : 'info'} icon="flag">
            {alias.alias + rolloutSuffix(alias)}
          </Chip>
        ))}
      {aliases
        .filter(({ otherwise }) => otherwise?.version === version.version)
        .map(({ alias }) => (
          <Chip key={`rest of ${alias}`}>{t('restOf', { alias })}</Chip>
        ))}
      {version.newArchitecture ? (
        <Chip tone="warn">
          <Icon name="warn" small />
          {t('newArchitecture')}
        </Chip>
      ) : null}
      {version.retiredAt ? <Chip icon="stop">{t('retired')}</Chip> : null}
      {version.collectedAt ? <Chip icon="remove">{t('collected')}</Chip> : null}
    </>
  );
}
