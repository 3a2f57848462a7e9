// What was given: a model that is read here, in which of its files, or one of a format that is not.
import { HaversackError } from '../errors.ts';
import { kindOfFile } from '../onnx/looks-like.ts';
import { z } from '../zod.ts';
import { type ForeignFormat, foreignDetail } from './foreign-formats.ts';
import type { ImportFile } from './imported.ts';
import { isJson } from './json-of.ts';
import { isTeachableMachineMetadata } from './teachable-machine/metadata.ts';

export type Recognised =
  | { readonly kind: 'onnx'; readonly file: ImportFile }
  | { readonly kind: 'tfjs-graph' | 'tfjs-layers'; readonly json: ImportFile }
  | { readonly kind: 'teachable-machine'; readonly json: ImportFile; readonly metadata: ImportFile }
  | { readonly kind: 'foreign'; readonly format: ForeignFormat; readonly path: string };

/** A topology of more characters is no browser's. */
const maxJsonBytes = 256 * 2 ** 20;
/** Names that a refusal lists. */
const maxNamed = 8;

/**
 * By content, not by names, but where a format has nothing else. One file that is nothing that is known counts as ONNX: what
 * reads it says what it is.
 * @param files that are no archives
 * @throws HaversackError `ImportImpossible` where there is no model among them, or more than one
 */
export function recognise(files: readonly ImportFile[]): Recognised {
  const models = files.flatMap(file => {
    const found = recogniseOne(file, files);
    return found ? [found] : [];
  });
  const [model] = models;
  if (models.length === 1) return model!;
  if (models.length > 1) {
    throw impossible(`There are ${models.length} models in it: ${listed(models.map(pathOf))}. Give one.`);
  }
  const foreign = files.flatMap(file => foreignOf(file) ?? [])[0];
  if (foreign) return foreign;
  if (files.length === 1) return { kind: 'onnx', file: files[0]! };
  throw noModel(files.map(({ path }) => path));
}

/** Of an archive, by the names in it, so that it need not be unpacked; null: look into it. */
export function foreignArchive(names: readonly string[]): ForeignFormat | null {
  const has = (pattern: RegExp) => names.some(name => pattern.test(name));
  if (has(/^config\.json$/) && has(/^model\.weights\.(h5|npz)$/)) return 'keras';
  return has(/(^|\/)data\.pkl$/) ? 'pytorch' : null;
}

const foreignNames: readonly (readonly [RegExp, ForeignFormat])[] = [
  [/(^|\/)saved_model\.pb(txt)?$/, 'saved-model'],
  [/\.keras$/i, 'keras'],
  [/\.(h5|hdf5)$/i, 'hdf5'],
  [/\.tflite$/i, 'tflite'],
  [/\.(pt|pth)$/i, 'pytorch'],
  [/\.safetensors$/i, 'safetensors'],
];

/**
 * Of an archive without ONNX, by the names in it, before any of it is unpacked: what is read here has a JSON file, is an archive
 * in it, or is its one file.
 * @throws HaversackError `ImportImpossible`
 */
export function requireImportable(names: readonly string[]): void {
  const format = foreignArchive(names);
  if (format) throw impossible(foreignDetail(format, 'The archive'));
  if (names.length === 1 || names.some(name => isJson(name) || /\.zip$/i.test(name))) return;
  for (const [pattern, foreign] of foreignNames) {
    const path = names.find(name => pattern.test(name));
    if (path !== undefined) throw impossible(foreignDetail(foreign, path));
  }
  throw noModel(names);
}

function recogniseOne(file: ImportFile, files: readonly ImportFile[]): Recognised | null {
  if (/\.onnx$/i.test(file.path)) return { kind: 'onnx', file };
  if (!isJson(file.path)) return null;
  const kind = kindOfModelJson(file);
  if (kind !== 'tfjs-layers') return kind && { kind, json: file };
  const folder = folderOf(file.path);
  const metadata = files.find(other => folderOf(other.path) === folder && isTeachableMachineMetadata(other));
  return metadata ? { kind: 'teachable-machine', json: file, metadata } : { kind, json: file };
}

const modelJsonSchema = z.looseObject({
  format: z.unknown().optional(),
  modelTopology: z.looseObject({
    node: z.array(z.unknown()).optional(),
    class_name: z.unknown().optional(),
    model_config: z.unknown().optional(),
  }),
});

/** Old converters leave `format` out: then the topology says it. */
function kindOfModelJson({ bytes }: ImportFile): 'tfjs-graph' | 'tfjs-layers' | null {
  if (bytes.length > maxJsonBytes) return null;
  const parsed = modelJsonSchema.safeParse(jsonOrNull(bytes));
  if (!parsed.success) return null;
  const { format, modelTopology } = parsed.data;
  if (format === 'graph-model' || modelTopology.node) return 'tfjs-graph';
  const isLayers = [format === 'layers-model', modelTopology.class_name, modelTopology.model_config].some(
    Boolean,
  );
  return isLayers ? 'tfjs-layers' : null;
}

function jsonOrNull(bytes: ImportFile['bytes']): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

function foreignOf({ path, bytes }: ImportFile): Extract<Recognised, { kind: 'foreign' }> | null {
  const format = foreignFormatOf(path, bytes);
  return format && { kind: 'foreign', format, path };
}

function foreignFormatOf(path: string, bytes: ImportFile['bytes']): ForeignFormat | null {
  // A SavedModel is a protobuf without a mark of its own.
  if (/(^|\/)saved_model\.pb(txt)?$/.test(path)) return 'saved-model';
  switch (kindOfFile(bytes)) {
    case 'hdf5':
      return 'hdf5';
    case 'tflite':
      return 'tflite';
    case 'safetensors':
      return 'safetensors';
    case 'pickle':
      return 'pytorch';
    case 'zip':
    case null:
      return null;
  }
}

function pathOf(found: Recognised): string {
  if (found.kind === 'onnx') return found.file.path;
  return found.kind === 'foreign' ? found.path : found.json.path;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function listed(names: readonly string[]): string {
  return names.slice(0, maxNamed).join(', ') + (names.length > maxNamed ? ', …' : '');
}

function noModel(names: readonly string[]): HaversackError {
  return impossible(
    names.length === 0
      ? 'There is nothing in it.'
      : `None of its files is a model that is read here: ${listed(names)}.`,
  );
}

function impossible(detail: string): HaversackError {
  return new HaversackError('ImportImpossible', detail);
}
