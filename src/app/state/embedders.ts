// Which models of the library could see for a new model, on this device or to be got: those that take pictures; for rows, those that
// take as many numbers.
import { computed } from '@preact/signals';
import type { ModelSummary } from '../../core/artifact/registry-api.ts';
import { embeddingTag } from '../../core/teach/embedding-tag.ts';
import { takesRow } from '../../core/teach/takes-row.ts';
import type { Project } from '../../device/project-schemas.ts';
import type { Installed } from '../../device/schema.ts';
import type { VersionRef } from '../../worker/protocol.ts';
import { catalogue } from './catalogue.ts';
import { activeByModel, installed } from './installed.ts';
import { manifestOf } from './judge.ts';
import { pictureSide } from './picture-side.ts';

const inUse = computed(() =>
  (installed.value ?? []).filter(
    row => activeByModel.value.get(row.model)?.version === row.version && row.variants.length > 0,
  ),
);

/** What could embed for a project, as it is shown: of those for pictures, as `embeddersHere`. */
export function embeddersFor({ kind, columns }: Pick<Project, 'kind' | 'columns'>): readonly VersionRef[] {
  if (kind !== 'row') return embeddersHere.value;
  return inUse.value
    .filter(row => {
      const [input, ...others] = manifestOf(row).interface.inputs;
      return columns && input && others.length === 0 && takesRow(input, columns);
    })
    .map(({ model, version }) => ({ model, version }));
}

/** Versions on this device that could, the likeliest to be good first. */
export const embeddersHere = computed<readonly VersionRef[]>(() => {
  const tagged = new Set((catalogue.value ?? []).filter(isTagged).map(({ model }) => model));
  return inUse.value
    .map(row => ({ row, points: pointsOf(row, tagged) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .map(({ row: { model, version } }) => ({ model, version }));
});

/** Models of the registry that are made for it and are not here. */
export const embeddersToGet = computed<readonly ModelSummary[]>(() => {
  const here = new Set((installed.value ?? []).map(({ model }) => model));
  return (catalogue.value ?? []).filter(summary => isTagged(summary) && !here.has(summary.model));
});

function isTagged({ tags }: ModelSummary): boolean {
  return tags.includes(embeddingTag);
}

/** 0: it cannot. */
function pointsOf(row: Installed, tagged: ReadonlySet<string>): number {
  const side = pictureSide(manifestOf(row).interface);
  if (side === 0) return 0;
  // Above all it was meant for it; then, the more it looks at, the more it sees.
  return (tagged.has(row.model) ? 10_000 : 0) + side;
}
