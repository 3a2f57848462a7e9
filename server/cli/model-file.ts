// A model on this disk as one ONNX file: an ONNX file with the weights that it keeps in files beside it, or a model of another
// format (a `model.json` with its shards, a folder or an archive of either), converted.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { maxModelBytes } from '../../src/core/artifact/registry-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { Imported, ImportFile } from '../../src/core/import/imported.ts';
import { foldExternalData } from '../../src/core/onnx/external-data.ts';
import { kindOfFile } from '../../src/core/onnx/looks-like.ts';
import { z } from '../../src/core/zod.ts';

export interface ModelOnDisk {
  readonly model: Bytes;
  /** Null for a file that was ONNX. */
  readonly imported: Imported | null;
}

/** A folder with more files than this is no model's. */
const maxFiles = 1024;

/**
 * @throws HaversackError `NotOnnx`, `ExternalDataMissing`, `ModelInvalid`, `TooLarge`, `ImportImpossible`, `ArchiveInvalid`,
 * `OperatorUnsupported`; the system's own errors of the model file
 */
export async function readModelFile(path: string): Promise<ModelOnDisk> {
  if ((await stat(path)).isDirectory()) return brought(await filesIn(path));
  const bytes = await readBytes(path);
  if (/\.json$/i.test(path)) return brought(await withShards(path, bytes));
  if (kindOfFile(bytes) !== null) return brought([{ path: basename(path), bytes }]);
  const model = await foldExternalData(bytes, location => readBeside(path, location));
  return { model, imported: null };
}

/** The importers are loaded by who needs them. */
async function brought(files: readonly ImportFile[]): Promise<ModelOnDisk> {
  const { importReadable } = await import('../../src/core/import/import-model.ts');
  const result = await importReadable(files);
  if (result.kind === 'onnx') return { model: result.model, imported: null };
  return { model: result.imported.model, imported: result.imported };
}

async function filesIn(folder: string): Promise<ImportFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  if (paths.length > maxFiles) {
    throw new HaversackError(
      'TooLarge',
      `${folder} has ${paths.length} files, at most ${maxFiles} are looked at`,
    );
  }
  const sizes = await Promise.all(paths.map(async path => (await stat(path)).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes > maxModelBytes) {
    throw new HaversackError('TooLarge', `${folder} has ${bytes} bytes, at most ${maxModelBytes} are taken`);
  }
  return Promise.all(
    paths.map(async path => ({
      path: relative(folder, path).split(sep).join('/'),
      bytes: await readBytes(path),
    })),
  );
}

const manifestSchema = z.looseObject({
  weightsManifest: z.array(z.looseObject({ paths: z.array(z.string()) })).default([]),
});

/** What a `model.json` names, and the metadata that Teachable Machine puts beside one. */
async function withShards(path: string, bytes: Bytes): Promise<ImportFile[]> {
  const files: ImportFile[] = [{ path: basename(path), bytes }];
  const parsed = manifestSchema.safeParse(jsonOrNull(bytes));
  const shards = parsed.success ? parsed.data.weightsManifest.flatMap(({ paths }) => paths) : [];
  for (const name of new Set([...shards, 'metadata.json'])) {
    // A model cannot name what is not its own.
    if (name.split(/[\\/]/).includes('..') || /^([\\/]|[A-Za-z]:)/.test(name)) continue;
    const found = name === basename(path) ? null : await readBeside(path, name);
    if (found) files.push({ path: name, bytes: found });
  }
  return files;
}

function jsonOrNull(bytes: Bytes): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

/** Links are followed: caches of models are made of them, and a model cannot make one. */
async function readBeside(path: string, location: string): Promise<Bytes | null> {
  try {
    return await readBytes(join(dirname(path), location));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function readBytes(path: string): Promise<Bytes> {
  const file = await readFile(path);
  return new Uint8Array(file.buffer, file.byteOffset, file.length);
}
