// A version of this device, or a candidate, which may have no number yet, as a page that runs it alone (`core/page/compose-page.ts`).
import type { Bytes, Digest } from '../core/artifact/digest.ts';
import type { FileRef } from '../core/artifact/chunks.ts';
import type { VersionBody } from '../core/artifact/documents.ts';
import { composePage, requirePage } from '../core/page/compose-page.ts';
import { pageFolder } from '../core/page/page-parts.ts';
import { readCandidate } from './candidates.ts';
import { readFile } from './chunk-store.ts';
import type { Database } from './db.ts';
import { fileOfInstalled, openInstalled } from './library.ts';
import { candidateOf } from './needs.ts';
import { readRuntimeBinary } from './runtime-binary.ts';
import { type CacheRuntimeOptions, fetchRuntimeFile } from './runtime-cache.ts';
import { zipBlob } from './zip-blob.ts';

export type PagedModel =
  | { readonly model: string; readonly version: number; readonly variant: string }
  | { readonly candidate: Digest };

export interface ExportPageOptions extends Pick<CacheRuntimeOptions, 'fetch' | 'signal'> {
  /** Of the model, to be shown on the page; null: nobody says. */
  readonly licence: string | null;
}

/**
 * A zip. The page's own files and the runtime are those that are kept here, else fetched.
 * @throws HaversackError `InputInvalid` for a model that a page cannot ask for, `TooLarge`, `NotInstalled`, `NotFound`,
 * `ChunkInvalid`, `Offline`
 */
export async function exportPage(
  db: Database,
  of: PagedModel,
  { licence, ...options }: ExportPageOptions,
): Promise<Blob> {
  const { ref, ...found } = await findModel(db, of);
  requirePage({ body: found.body, file: { length: ref.bytes } });
  const wasm = await readRuntimeBinary(options);
  const file = await readFile(db, ref);
  const at = new Date();
  const files = await composePage({ ...found, file, licence }, part => readPart(part, options), wasm);
  return zipBlob(files.map(each => ({ ...each, at })));
}

interface FoundModel {
  readonly body: VersionBody;
  readonly version: number | null;
  readonly variant: string;
  readonly ref: FileRef;
}

async function findModel(db: Database, of: PagedModel): Promise<FoundModel> {
  if ('candidate' in of) {
    const row = await readCandidate(db, of.candidate);
    const body = candidateOf(row);
    const { variant, file } = body.authority;
    return { body, version: row.receipt?.version ?? null, variant, ref: file };
  }
  const installed = await openInstalled(db, of.model, of.version);
  const ref = fileOfInstalled(installed, of.variant);
  return { body: installed.manifest, version: of.version, variant: of.variant, ref };
}

/** In development there is none: then a page comes instead, which is refused. */
async function readPart(
  part: string,
  { fetch: given, signal }: Pick<CacheRuntimeOptions, 'fetch' | 'signal'>,
): Promise<Bytes> {
  const response = await fetchRuntimeFile(pageFolder + part, { signal: signal ?? null }, given);
  return new Uint8Array(await response.arrayBuffer());
}
