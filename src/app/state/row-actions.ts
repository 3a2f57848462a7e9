// What people do to a project of rows: say its columns, and show it rows, typed or from a table.
import type { ReadonlySignal } from '@preact/signals';
import { toFailure } from '../../core/errors.ts';
import { type BringOptions as DeviceOptions, bringRows, rowsWith } from '../../device/bring-rows.ts';
import { takeBackExamples } from '../../device/example-moves.ts';
import type { ImportOptions } from '../../device/import-examples.ts';
import type { ImportedRows } from '../../device/import-rows.ts';
import {
  type AddedRows,
  addRows,
  type GivenRow,
  nameColumns,
  readRowValues,
} from '../../device/row-examples.ts';
import type { Project } from '../../device/project-schemas.ts';
import { readProject } from '../../device/projects.ts';
import { errorToast } from './error-toast.ts';
import { need } from './services.ts';

/** A row of a table, with what it is. */
export interface TableRow {
  /** The name of a class, or what a new one is to be called. */
  readonly label: string;
  /** [columns] */
  readonly values: Float32Array;
}

type BringOptions = Omit<DeviceOptions, 'rootClass'>;

/** All may be handed on without it. What fails is said in passing, and answered with null or false. */
export interface RowActions {
  readonly nameColumns: (columns: readonly string[]) => Promise<boolean>;
  /** One that was typed. */
  readonly addRow: (classId: string, values: Float32Array) => Promise<AddedRows | null>;
  /** Of one table: its rows are one recording. A class is made for each label that has none. */
  readonly bringRows: (
    columns: readonly string[],
    rows: readonly TableRow[],
    options?: BringOptions,
  ) => Promise<AddedRows | null>;
  /** A table that this app wrote, each row in the part it had; `other`: it is none. */
  readonly bringOwnTable: (
    text: string,
    options?: Pick<ImportOptions, 'signal' | 'onProgress'>,
  ) => Promise<ImportedRows | 'other' | null>;
  /** Undoes any of these. */
  readonly takeBackRows: (added: AddedRows) => Promise<void>;
  /** How many rows there would be with these, of which some may be here; null where it failed. */
  readonly rowsWith: (rows: readonly Float32Array[]) => Promise<number | null>;
  /** What a class is called in the store, which may have it sooner than `project`; null: it is gone. */
  readonly labelOf: (classId: string) => Promise<string | null>;
  /** Null: it is gone. */
  readonly readRow: (id: string) => Promise<Float32Array<ArrayBuffer> | null>;
}

/** @param id of the project */
export function rowActionsOn(id: string, project: ReadonlySignal<Project>): RowActions {
  const { db } = need();
  const bring = (columns: readonly string[], rows: readonly TableRow[], options: BringOptions) => {
    const recording = crypto.randomUUID();
    const labels = sorted(new Set(rows.map(({ label }) => label)));
    const given = rows.map(row => ({ ...row, isNone: false, recording }));
    return bringRows(db, id, { columns, rows: given, labels }, options);
  };
  return {
    nameColumns: async columns => (await tried(() => nameColumns(db, id, columns))) !== null,
    addRow: (classId, values) => {
      const row: GivenRow = { class: classId, values, recording: crypto.randomUUID(), source: 'form' };
      const columns = project.peek().columns ?? [];
      return tried(() => addRows(db, id, { columns, rows: [row] }));
    },
    bringRows: (columns, rows, options = {}) => tried(() => bring(columns, rows, options)),
    bringOwnTable: (text, options = {}) => tried(() => importOwn(id, text, options)),
    takeBackRows: async ({ back }) => {
      await tried(() => takeBackExamples(db, back));
    },
    rowsWith: rows => tried(() => rowsWith(db, id, rows)),
    labelOf: async classId => {
      const now = await tried(() => readProject(db, id));
      return now?.classes.find(each => each.id === classId)?.label ?? null;
    },
    readRow: async one => {
      const values = (await readRowValues(db, [one])).get(one);
      return values?.length === project.peek().columns?.length ? (values ?? null) : null;
    },
  };
}

/** What reads tables is fetched when it is asked for. */
async function importOwn(id: string, text: string, options: ImportOptions) {
  const [{ readRowTable }, { withoutOwnColumns }, { importOwnTable }] = await Promise.all([
    import('../../core/teach/row-table.ts'),
    import('../../device/rows-as-table.ts'),
    import('../../device/import-rows.ts'),
  ]);
  const { db } = need();
  const own = ownOf(() => withoutOwnColumns(readRowTable(text)));
  return own ? importOwnTable(db, await readProject(db, id), own, options) : 'other';
}

/** What is no table at all is none of ours either: that is told where it is looked at. */
function ownOf<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** Numbers as numbers, else by letters. */
function sorted(labels: ReadonlySet<string>): string[] {
  const areNumbers = [...labels].every(label => label !== '' && Number.isFinite(Number(label)));
  return [...labels].sort((a, b) => (areNumbers ? Number(a) - Number(b) : a.localeCompare(b)));
}

async function tried<T>(act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (thrown) {
    const failure = toFailure(thrown);
    // Who stopped it knows.
    if (failure.code !== 'Aborted') errorToast(failure);
    return null;
  }
}
