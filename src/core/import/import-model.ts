// Whatever was given, as one ONNX file: ONNX as it is, with the files beside it brought in; models of TensorFlow.js and
// Teachable Machine converted; archives of any of them looked into. What converts is loaded when it is needed.
import type { Bytes } from '../artifact/digest.ts';
import { HaversackError } from '../errors.ts';
import { foldExternalData } from '../onnx/external-data.ts';
import { assertWithinLimits } from '../onnx/limits.ts';
import { kindOfFile } from '../onnx/looks-like.ts';
import { type ForeignFormat, foreignDetail } from './foreign-formats.ts';
import type { Imported, ImportFile } from './imported.ts';
import { isJson } from './json-of.ts';
import { foreignArchive, type Recognised, recognise } from './recognise.ts';
import { unzip, zipEntries } from './unzip.ts';

export type Brought =
  | { readonly kind: 'onnx'; readonly model: Bytes }
  | { readonly kind: 'imported'; readonly imported: Imported }
  /** Told apart, and not read here. */
  | { readonly kind: 'foreign'; readonly format: ForeignFormat; readonly path: string };

/** One buffer holds no more (2 GiB), and neither does an ONNX file. */
const maxUnpackedBytes = 2 ** 31 - 1;

/**
 * @param files one model's: an ONNX file and those beside it, a `model.json` and its shards, or one archive of either
 * @throws HaversackError `ImportImpossible`, `ExternalDataMissing`, `OperatorUnsupported`, `ArchiveInvalid`, `TooLarge`,
 * `NotOnnx`, `ModelInvalid`
 */
export async function importModel(files: readonly ImportFile[]): Promise<Brought> {
  const [file] = files;
  if (files.length !== 1 || !file || kindOfFile(file.bytes) !== 'zip') return bring(recognise(files), files);
  const names = zipEntries(file.bytes, maxUnpackedBytes).map(({ name }) => name);
  const format = foreignArchive(names);
  if (format) return { kind: 'foreign', format, path: file.path };
  const inside = await unzip(file.bytes, maxUnpackedBytes);
  return bring(recognise(inside), inside);
}

/**
 * The same where a model of another format is a failure.
 * @throws HaversackError as `importModel`; `ImportImpossible` with the commands that convert it elsewhere
 */
export async function importReadable(
  files: readonly ImportFile[],
): Promise<Exclude<Brought, { kind: 'foreign' }>> {
  const brought = await importModel(files);
  if (brought.kind !== 'foreign') return brought;
  throw new HaversackError('ImportImpossible', foreignDetail(brought.format, brought.path));
}

async function bring(found: Recognised, files: readonly ImportFile[]): Promise<Brought> {
  switch (found.kind) {
    case 'foreign':
      return found;
    case 'onnx':
      return { kind: 'onnx', model: await folded(found.file, files) };
    case 'tfjs-graph': {
      const { importGraphModel } = await import('./tfjs-graph/import-graph-model.ts');
      return { kind: 'imported', imported: importGraphModel([found.json, ...withoutJson(files)]) };
    }
    case 'tfjs-layers': {
      const { importLayersModel } = await import('./tfjs-layers/import-layers-model.ts');
      return { kind: 'imported', imported: importLayersModel(found.json, files) };
    }
    case 'teachable-machine': {
      const { importTeachableMachine } = await import('./teachable-machine/import-teachable-machine.ts');
      return { kind: 'imported', imported: importTeachableMachine(found.json, found.metadata, files) };
    }
  }
}

/** Locations are relative to the model's folder; where files came without folders, their names decide. */
function folded(model: ImportFile, files: readonly ImportFile[]): Promise<Bytes> {
  assertWithinLimits(model.bytes);
  const folder = model.path.slice(0, model.path.lastIndexOf('/') + 1);
  return foldExternalData(model.bytes, location => {
    const name = location.split('/').at(-1);
    const beside =
      files.find(({ path }) => path === folder + location) ?? files.find(({ path }) => path === name);
    return beside?.bytes ?? null;
  });
}

function withoutJson(files: readonly ImportFile[]): ImportFile[] {
  return files.filter(({ path }) => !isJson(path));
}
