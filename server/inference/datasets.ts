// Named data sets that a prediction takes its rows from, by `POST /predict`: those that came with versions, and tables that an
// admin put beside them. Numbers stay in memory, the least asked for go.
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { manifestSchema } from '../../src/core/artifact/documents.ts';
import { modelNameSchema } from '../../src/core/artifact/names.ts';
import { readDocument } from '../../src/core/artifact/signature.ts';
import { parseTable, type Table } from '../../src/core/data/table.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { gunzip } from '../../src/core/gunzip.ts';
import type { NamedDataset } from '../../src/core/serve/dataset-rows.ts';
import { parseTarget } from '../../src/core/serve/target.ts';
import { z } from '../../src/core/zod.ts';
import { readVersion } from '../registry/catalogue.ts';
import { readFileRef } from '../registry/chunk-files.ts';
import type { Registry } from '../registry/context.ts';
import { writeDurably } from '../storage/durable.ts';
import { NumberTable } from './number-table.ts';
import type { VersionSource } from './version-source.ts';

/** Of CSV: reading it holds up whoever else asks. */
export const maxTableBytes = 16 * 2 ** 20;
/** Of numbers, of all data sets together. */
const defaultMaxBytes = 256 * 2 ** 20;
const extension = '.csv';

export interface DatasetsOptions {
  readonly registry: Registry;
  readonly source: Pick<VersionSource, 'resolve'>;
  /** Of the tables that were put; made when the first is. */
  readonly folder: string;
  readonly maxBytes?: number;
}

export class Datasets {
  readonly #options: DatasetsOptions;
  readonly #maxBytes: number;
  /** By what they were read from, the least asked for first. */
  readonly #tables = new Map<string, Promise<NumberTable>>();

  constructor(options: DatasetsOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? defaultMaxBytes;
  }

  /**
   * A table of that name, else the data set of that model (`iris`, `iris@3`, `iris@canary`).
   * @param permit throws where the caller may not read the model
   * @throws HaversackError `NotFound`, `InputInvalid`
   */
  async find(name: string, permit: (model: string) => Promise<void>): Promise<NamedDataset> {
    const table = name.includes('@') ? null : await this.#stateOf(name);
    if (table) return this.#parsed(table, () => this.#read(name));
    const target = parseTarget(name);
    await permit(target.model);
    return this.#ofVersion(target.model, await this.#options.source.resolve(target));
  }

  /** Names of the tables that were put. */
  async list(): Promise<string[]> {
    const files = await readdir(this.#options.folder).catch(unlessAbsent([] as string[]));
    return files.filter(file => file.endsWith(extension)).map(file => file.slice(0, -extension.length));
  }

  /** @throws HaversackError `InputInvalid` where it is no table */
  async put(name: string, csv: Bytes): Promise<{ rows: number; columns: readonly string[] }> {
    const { rows, columns } = new NumberTable(tableOf(csv));
    await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
    await writeDurably(this.#pathOf(name), Buffer.from(csv));
    return { rows, columns };
  }

  /** @throws HaversackError `NotFound` */
  async remove(name: string): Promise<void> {
    await rm(this.#pathOf(name)).catch(() => {
      throw new HaversackError('NotFound', `there is no data set ${name}`);
    });
  }

  async #ofVersion(model: string, version: number): Promise<NamedDataset> {
    const { registry } = this.#options;
    const { manifest: envelope } = await readVersion(registry, model, version);
    const { dataset } = readDocument(envelope, manifestSchema).artifacts;
    if (!dataset) throw new HaversackError('NotFound', `${model}@${version} came without a data set`);
    return this.#parsed(dataset.file.digest, async () =>
      gunzip(await readFileRef(registry.blobs, dataset.file), maxTableBytes),
    );
  }

  /** Once at a time, and kept. */
  async #parsed(from: string, read: () => Promise<Bytes>): Promise<NumberTable> {
    const present = this.#tables.get(from);
    const reading = present ?? read().then(csv => new NumberTable(tableOf(csv)));
    this.#tables.delete(from);
    this.#tables.set(from, reading);
    try {
      const table = await reading;
      if (!present) await this.#makeRoom(from);
      return table;
    } catch (error) {
      if (this.#tables.get(from) === reading) this.#tables.delete(from);
      throw error;
    }
  }

  /** Those that are still read are not counted yet. */
  async #makeRoom(kept: string): Promise<void> {
    const tables = [...this.#tables];
    const settled = await Promise.allSettled(tables.map(([, table]) => table));
    const sizes = tables.map(([from], i) => {
      const table = settled[i];
      return [from, table?.status === 'fulfilled' ? table.value.bytes : 0] as const;
    });
    let total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
    for (const [from, bytes] of sizes) {
      if (total <= this.#maxBytes) return;
      if (from === kept) continue;
      this.#tables.delete(from);
      total -= bytes;
    }
  }

  /** What tells the table as it is now from what it was before, without reading it; null where there is none. */
  async #stateOf(name: string): Promise<string | null> {
    if (!modelNameSchema.safeParse(name).success) return null;
    const file = await stat(this.#pathOf(name), { bigint: true }).catch(unlessAbsent(null));
    return file && `${name} ${file.ino} ${file.mtimeNs} ${file.size}`;
  }

  /** @throws HaversackError `NotFound`: it was removed a moment ago */
  async #read(name: string): Promise<Bytes> {
    const csv = await readFile(this.#pathOf(name)).catch(unlessAbsent(null));
    if (!csv) throw new HaversackError('NotFound', `there is no data set ${name}`);
    return new Uint8Array(csv);
  }

  #pathOf(name: string): string {
    return join(this.#options.folder, `${datasetName(name)}${extension}`);
  }
}

/** Spelled as a model's. @throws HaversackError `BadRequest` */
function datasetName(name: string): string {
  const parsed = modelNameSchema.safeParse(name);
  if (!parsed.success) throw new HaversackError('BadRequest', z.prettifyError(parsed.error));
  return parsed.data;
}

function tableOf(csv: Bytes): Table {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(csv);
  } catch {
    throw new HaversackError('InputInvalid', 'the table is no UTF-8');
  }
  return parseTable(text);
}

function unlessAbsent<T>(absent: T): (error: NodeJS.ErrnoException) => T {
  return error => {
    if (error.code === 'ENOENT') return absent;
    throw error;
  };
}
