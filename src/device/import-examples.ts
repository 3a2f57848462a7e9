// Brings photos or sounds into a project from a zip: one that `exportProject` wrote, or any with a folder a class; rows from one that
// it wrote.
import { throwIfAborted } from '../client/backoff.ts';
import { unguarded } from '../core/data/formula-guard.ts';
import { parseTable, type Table } from '../core/data/table.ts';
import { toFailure } from '../core/errors.ts';
import type { ExamplePart } from '../core/teach/place-example.ts';
import type { ShownKind } from '../core/teach/shown-kind.ts';
import type { Database } from './db.ts';
import { decodeSound } from './decode-sound.ts';
import { addExamples, type KeptShown } from './examples.ts';
import { labelColumns, labelsFile } from './export-project.ts';
import { importRows } from './import-rows.ts';
import { preparePhoto } from './prepare-photo.ts';
import { prepareSeconds } from './prepare-sound.ts';
import { classesFor, type Labelled } from './classes-for.ts';
import { type Example, exampleSchema } from './project-schemas.ts';
import { readProject } from './projects.ts';
import type { AddedRows } from './row-examples.ts';
import { isHidden, isNameOf } from './shown-files.ts';
import { openZip, type ZipArchive } from './zip-archive.ts';

/** Files that are kept in one transaction; each is unpacked, decoded and let go by itself. A sound may have many seconds. */
const batches = { photo: 8, sound: 1 } as const;
/** Rows have a table of their own. */
type FiledKind = Exclude<ShownKind, 'row'>;

export interface ImportOptions {
  /** For files that lie in no folder; absent: they are left aside. */
  readonly rootClass?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export interface ImportedExamples {
  readonly added: number;
  readonly known: number;
  readonly leftOut: number;
  /** Files that this browser does not read, that are too large or too short, or that lie in no folder: their paths. */
  readonly unreadable: readonly string[];
  /** What became of rows of numbers, to be taken back. */
  readonly rows?: AddedRows;
}

/** A file of the archive, and what is known of it. Without a label: in no folder. */
interface Found extends Labelled {
  readonly path: string;
  readonly part: ExamplePart | null;
  readonly recording: string;
}

/**
 * A class is made for each label that the project has none for. What was brought in stays where it is stopped, and where
 * it fails.
 * @throws HaversackError `ArchiveInvalid`, `TooLarge`, `InputInvalid` for a table that is none, a label that is too long, too many of them;
 * `QuotaExceeded`, `Aborted`
 */
export async function importExamples(
  db: Database,
  project: string,
  zip: Blob,
  options: ImportOptions = {},
): Promise<ImportedExamples> {
  const archive = await openZip(zip);
  const owner = await readProject(db, project);
  const { kind } = owner;
  if (kind === 'row') return importRows(db, owner, archive, options);
  const found = await filesOf(archive, kind);
  const classes = await classesFor(db, owner, found, options.rootClass);
  const batch = batches[kind];
  const totals = { added: 0, known: 0, leftOut: 0, unreadable: [] as string[] };
  for (let start = 0; start < found.length; start += batch) {
    throwIfAborted(options.signal);
    const some = found.slice(start, start + batch);
    const into = { classes, kind, signal: options.signal };
    const made = await newExamples(archive, some, into, totals.unreadable);
    const { examples, known, leftOut } = await addExamples(db, project, made);
    totals.added += examples.length - known;
    totals.known += known;
    totals.leftOut += leftOut;
    options.onProgress?.({ done: Math.min(found.length, start + batch), total: found.length });
  }
  return totals;
}

async function filesOf(archive: ZipArchive, kind: FiledKind): Promise<Found[]> {
  const known = await tableOf(archive);
  const recordings = new Map<string, string>();
  return archive.paths
    .filter(path => isNameOf(kind, path) && !isHidden(path))
    .map(path => {
      const said = known.get(path);
      if (said) return said;
      const folder = path.split('/').at(-2)?.trim() || null;
      // What one sound goes on with is of one recording; photos of a folder may have been taken in one go.
      const go = kind === 'sound' ? path : (folder ?? '');
      const recording = recordings.get(go) ?? crypto.randomUUID();
      recordings.set(go, recording);
      return { path, label: folder, isNone: false, part: null, recording };
    });
}

/** By path: what the archive's own table says. Empty without one. @throws HaversackError `InputInvalid` */
async function tableOf(archive: ZipArchive): Promise<Map<string, Found>> {
  if (!archive.paths.includes(labelsFile)) return new Map();
  const table = parseTable(new TextDecoder().decode(await archive.read(labelsFile)));
  const at = columnsOf(table);
  if (at.file < 0 || at.label < 0) return new Map();
  return new Map(
    table.rows.map(row => {
      const path = row[at.file]!;
      const part = exampleSchema.shape.part.safeParse(row[at.part]);
      const recording = exampleSchema.shape.recording.safeParse(row[at.recording]);
      return [
        path,
        {
          path,
          label: unguarded(row[at.label]!).trim() || null,
          isNone: row[at.none] === '1',
          part: part.success ? part.data : null,
          recording: recording.success ? recording.data : crypto.randomUUID(),
        },
      ];
    }),
  );
}

function columnsOf({ columns }: Table): Record<(typeof labelColumns)[number], number> {
  const places = labelColumns.map(name => [name, columns.indexOf(name)] as const);
  return Object.fromEntries(places) as Record<(typeof labelColumns)[number], number>;
}

interface ShownAs {
  readonly kind: FiledKind;
  readonly signal: AbortSignal | undefined;
}

type Added = Parameters<typeof addExamples>[2][number];

async function newExamples(
  archive: ZipArchive,
  found: readonly Found[],
  { classes, ...as }: ShownAs & { readonly classes: ReadonlyMap<string | null, string> },
  unreadable: string[],
): Promise<Added[]> {
  const made: Added[] = [];
  for (const { path, label, part, recording } of found) {
    const id = classes.get(label);
    const shown = id === undefined ? [] : await shownAt(archive, path, as);
    if (id === undefined || shown.length === 0) {
      unreadable.push(path);
      continue;
    }
    const source: Example['source'] = 'file';
    made.push(...shown.map(each => ({ shown: each, class: id, recording, source, ...(part && { part }) })));
  }
  return made;
}

/** A photo, or the seconds of a sound; none where it is none that can be taken. @throws HaversackError `Aborted` */
async function shownAt(archive: ZipArchive, path: string, { kind, signal }: ShownAs): Promise<KeptShown[]> {
  try {
    const file = new Blob([await archive.read(path)]);
    if (kind === 'photo') return [await preparePhoto(file)];
    return await prepareSeconds(await decodeSound(file), signal);
  } catch (thrown) {
    const { code } = toFailure(thrown);
    if (code === 'InputInvalid' || code === 'TooLarge' || code === 'ArchiveInvalid') return [];
    throw thrown;
  }
}
