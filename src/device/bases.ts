// What of a model is here already, for differences: its files, and their chunks by digest.
import type { ChunkRef, FileRef } from '../core/artifact/chunks.ts';
import type { Bytes, Digest } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import { readChunk } from './chunk-store.ts';
import type { Database } from './db.ts';
import { documentsOf, variantFile } from './needs.ts';
import { readRows } from './rows.ts';
import { installedSchema } from './schema.ts';

export interface Bases {
  /** Digests of files, those of the newest versions first. */
  readonly have: readonly Digest[];
  /** Hashed again after reading; null for what is not here any more, or is damaged. */
  readonly readBase: (digest: Digest) => Promise<Bytes | null>;
}

/** @param version that is fetched: it is not whole, whatever its row says */
export async function basesOf(db: Database, model: string, version: number): Promise<Bases> {
  const files = await filesOf(db, model, version);
  const refs = new Map<Digest, ChunkRef>();
  for (const { chunks } of files) for (const chunk of chunks) refs.set(chunk.digest, chunk);
  return {
    have: files.map(({ digest }) => digest),
    readBase: async digest => {
      const ref = refs.get(digest);
      return ref ? readChunk(db, ref).catch(unlessGone) : null;
    },
  };
}

async function filesOf(db: Database, model: string, except: number): Promise<FileRef[]> {
  const stored = await db.getAll('installed', IDBKeyRange.bound([model], [model, []]));
  return readRows(installedSchema, stored, 'installed')
    .filter(({ version }) => version !== except)
    .sort((a, b) => b.version - a.version)
    .flatMap(row => {
      const documents = documentsOf(row);
      return row.variants.map(name => variantFile(documents, name));
    });
}

function unlessGone(thrown: unknown): null {
  if (thrown instanceof HaversackError && ['NotInstalled', 'ChunkInvalid'].includes(thrown.code)) return null;
  throw thrown;
}
