// Where something goes that is shown to a project, beside what is there; and whether it goes there at all. Knows no store.
import { HaversackError } from '../core/errors.ts';
import { type ExamplePart, type PlacedExample, Places } from '../core/teach/place-example.ts';
import { rowMediaType } from '../core/teach/row-bytes.ts';
import { rowLimits } from '../core/teach/row-limits.ts';
import type { ShownKind } from '../core/teach/shown-kind.ts';
import type { KeptShown } from './examples.ts';
import type { Example, Project } from './project-schemas.ts';

export type Unplaced = Omit<Example, 'part'>;

/** What is here, by id, and what others are placed beside. */
export class Beside {
  readonly places: Places;
  readonly #known = new Map<string, { readonly row: Example; readonly place: PlacedExample }>();

  /** @param here oldest first */
  constructor(kind: ShownKind, here: readonly Example[]) {
    this.places = new Places(kind, []);
    for (const row of here) this.put(row);
  }

  get(id: string): Example | undefined {
    return this.#known.get(id)?.row;
  }

  /** In the place of what it was before. */
  put(row: Example): void {
    const before = this.#known.get(row.id);
    if (before?.row === row) return;
    if (before) this.places.remove(before.place);
    const place = placedOf(row);
    this.#known.set(row.id, { row, place });
    this.places.add(place);
  }
}

/** As it is kept: what was here already keeps its part, what was fixed elsewhere has that one. Null: it is to be left out. */
export function placed(
  places: Places,
  { row, old, fixed }: { row: Unplaced; old: Example | undefined; fixed: ExamplePart | undefined },
): Example | null {
  if (old?.class === row.class) return old;
  const part = old?.part ?? fixed;
  if (part === undefined) {
    const found = places.place({ ...row, at: Date.parse(row.createdAt) });
    return found && { ...row, part: found };
  }
  const example = old ? { ...old, class: row.class } : { ...row, part };
  return places.straddles(placedOf(example)) ? null : example;
}

export function placedOf(example: Example): PlacedExample {
  return { ...example, at: Date.parse(example.createdAt) };
}

const kinds = {
  'image/jpeg': 'photo',
  'image/png': 'photo',
  'audio/wav': 'sound',
  [rowMediaType]: 'row',
} as const satisfies Record<KeptShown['mediaType'], ShownKind>;

/**
 * @param of what the numbers of a row are; absent: as many as the project's, in its order
 * @throws HaversackError `InputInvalid`
 */
export function assertKind(
  project: Project,
  { mediaType, width }: KeptShown,
  of?: readonly string[] | null,
): void {
  const { kind, columns } = project;
  if (kinds[mediaType] !== kind) {
    throw new HaversackError('InputInvalid', `${mediaType} is nothing that a project of ${kind}s is shown`);
  }
  const wanted = columns?.length ?? 0;
  if (kind === 'row' && width !== wanted) {
    throw new HaversackError('InputInvalid', `a row of ${width} numbers; the project has ${wanted} columns`);
  }
  if (of) assertSameColumns(project, of);
}

/** Somebody may have said others since these were read. @throws HaversackError `InputInvalid` */
export function assertSameColumns({ columns }: Pick<Project, 'columns'>, of: readonly string[]): void {
  if (columns && columns.join('\n') === of.join('\n')) return;
  throw new HaversackError(
    'InputInvalid',
    `rows of the columns ${of.join(', ')}; the project has ${columns?.join(', ') ?? 'none'}`,
  );
}

/** @param count examples that it would have then @throws HaversackError `TooLarge` */
export function assertRoom({ kind }: Pick<Project, 'kind'>, count: number): void {
  if (kind !== 'row' || count <= rowLimits.rows) return;
  throw new HaversackError(
    'TooLarge',
    `it would have ${count} rows then, at most ${rowLimits.rows} are taken`,
  );
}
