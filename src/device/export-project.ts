// A project's examples as files that anybody can use: a folder a class, and a table that says what each is of.
import { guarded } from '../core/data/formula-guard.ts';
import { writeTable } from '../core/data/table.ts';
import type { Database } from './db.ts';
import { listExamples, readExampleFile } from './examples.ts';
import type { Example, Project } from './project-schemas.ts';
import { readProject } from './projects.ts';
import { rowsAsTable, rowsFile } from './rows-as-table.ts';
import { assertZipHolds, type PackedFile, zipBlob } from './zip-blob.ts';

/** The table's name in the archive. */
export const labelsFile = 'labels.csv';
export const labelColumns = ['file', 'label', 'none', 'part', 'recording', 'source', 'time'] as const;

/**
 * A zip: `labels.csv`, and each photo or sound in a folder called as its class is, as far as file systems allow; of rows one table
 * (`rowsFile`). `none` is 1 for what is none of the other classes; `part` and `recording` say how examples were parted. Labels that
 * a spreadsheet would take for a formula have an apostrophe before them.
 * @throws HaversackError `NotFound`; `TooLarge` for more than a zip archive holds
 */
export async function exportProject(db: Database, id: string): Promise<Blob> {
  const project = await readProject(db, id);
  const examples = await listExamples(db, id);
  if (project.kind === 'row') return zipBlob(packedRows(db, project, examples));
  assertZipHolds(examples.length + 1, sumOf(examples));
  return zipBlob(packed(db, project, examples));
}

/** With their thumbnails, which do not go along: nearly what they take. */
function sumOf(examples: readonly Example[]): number {
  return examples.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function* packedRows(
  db: Database,
  project: Project,
  examples: readonly Example[],
): AsyncGenerator<PackedFile> {
  const table = await rowsAsTable(db, project, examples);
  yield { path: rowsFile, bytes: new TextEncoder().encode(table), at: new Date() };
}

async function* packed(
  db: Database,
  project: Project,
  examples: readonly Example[],
): AsyncGenerator<PackedFile> {
  const paths = pathsOf(project, examples);
  const classes = new Map(project.classes.map(each => [each.id, each]));
  const rows = examples.flatMap(example => {
    const of = classes.get(example.class);
    if (!of) return [];
    const { part, recording, source, createdAt } = example;
    const label = guarded(of.label);
    return [[paths.get(example.id)!, label, of.isNone ? '1' : '0', part, recording, source, createdAt]];
  });
  const table = writeTable({ columns: labelColumns, rows });
  yield { path: labelsFile, bytes: new TextEncoder().encode(table), at: new Date() };
  for (const { id, createdAt } of examples) {
    const path = paths.get(id);
    const file = path === undefined ? null : await readExampleFile(db, id);
    if (path === undefined || !file) continue;
    yield { path, bytes: new Uint8Array(await file.arrayBuffer()), at: new Date(createdAt) };
  }
}

const endings = { photo: '.jpg', sound: '.wav' } as const;

/** By example; of those whose class is there. */
function pathsOf({ classes, kind }: Project, examples: readonly Example[]): Map<string, string> {
  const taken = new Set<string>();
  const folders = new Map(classes.map(({ id, label }) => [id, unique(folderName(label), taken)]));
  return new Map(
    examples.flatMap(({ id, class: of }) => {
      const folder = folders.get(of);
      // The half of a digest: no two of a project are alike.
      const ending = kind === 'row' ? '' : endings[kind];
      return folder === undefined ? [] : [[id, `${folder}/${id.slice(0, 32)}${ending}`] as const];
    }),
  );
}

/** What no file system, no archive tool and no spreadsheet stumbles over. */
function folderName(label: string): string {
  const plain = label
    .replace(/^[=+\-@]/, '_')
    .replace(/[\\/:*?"<>|\u0000-\u001f]/g, '_')
    .slice(0, 80)
    .replace(/^[. ]+|[. ]+$/g, '');
  return plain === '' ? 'class' : plain;
}

/** Some file systems take `Cat` and `cat` for the same. */
function unique(name: string, taken: Set<string>): string {
  let made = name;
  for (let n = 2; taken.has(made.toLowerCase()); n++) made = `${name} ${n}`;
  taken.add(made.toLowerCase());
  return made;
}
