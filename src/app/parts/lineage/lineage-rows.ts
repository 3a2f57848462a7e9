// Where the versions of a model lie in the picture of their descent: newest on top, one row each, one lane a line of
// descent. Knows numbers only; the picture is lineage-graph.tsx.

export interface Descent {
  readonly version: number;
  readonly parent: number | null;
}

/** One row of the picture. Lanes are counted from the left, from 0. */
export interface LineageRow {
  readonly version: number;
  readonly lane: number;
  /** Lanes that come from above and end in this version: its children's. */
  readonly fromAbove: readonly number[];
  /** Whether its lane goes on below, to its parent. */
  readonly goesOn: boolean;
  /** Lanes of others that pass by. */
  readonly passing: readonly number[];
  /** Made from the same parent, newest first. */
  readonly siblings: readonly number[];
}

/**
 * @param versions in any order. A parent that is not among them is as none: a list may be cut.
 * @returns newest first
 */
export function lineageRows(versions: readonly Descent[]): LineageRow[] {
  const known = new Map(versions.map(each => [each.version, each]));
  const parentOf = (version: number): number | null => {
    const parent = known.get(version)?.parent ?? null;
    // A parent is older than its child; what says otherwise would never be reached below it.
    return parent !== null && parent < version && known.has(parent) ? parent : null;
  };
  const newestFirst = [...known.keys()].sort((a, b) => b - a);
  /** By lane: the version it leads down to. */
  const lanes: (number | null)[] = [];
  return newestFirst.map(version => {
    const fromAbove = lanes.flatMap((wanted, lane) => (wanted === version ? [lane] : []));
    const lane = fromAbove[0] ?? firstFree(lanes);
    for (const ended of fromAbove) lanes[ended] = null;
    const passing = lanes.flatMap((wanted, other) => (wanted === null ? [] : [other]));
    const parent = parentOf(version);
    lanes[lane] = parent;
    const siblings =
      parent === null ? [] : newestFirst.filter(other => other !== version && parentOf(other) === parent);
    return { version, lane, fromAbove, goesOn: parent !== null, passing, siblings };
  });
}

function firstFree(lanes: readonly (number | null)[]): number {
  const free = lanes.indexOf(null);
  return free === -1 ? lanes.length : free;
}

/** How many lanes the picture is wide. */
export function lanesOf(rows: readonly LineageRow[]): number {
  return rows.reduce((most, row) => Math.max(most, row.lane, ...row.fromAbove, ...row.passing), 0) + 1;
}
