// A model that a person brings: looked at, converted where it is of another format, and what they say of it that is in none of
// its files.
import type { Bytes } from '../../core/artifact/digest.ts';
import type { ModelInterface } from '../../core/artifact/interface.ts';
import { failure, type Failure, toFailure } from '../../core/errors.ts';
import type { ForeignFormat } from '../../core/import/foreign-formats.ts';
import type { ImportFile } from '../../core/import/imported.ts';
import { saidFace, type SaidOfModel } from '../../core/import/said-face.ts';
import type { Result } from '../../core/result.ts';
import type { BroughtModel } from '../../worker/protocol.ts';
import type { GivenFile } from './given-files.ts';

/** A browser cannot hold much more than this in one buffer; larger files go by the command line. */
export const maxDropBytes = 2 ** 31 - 2 ** 20;

type Brought = Extract<BroughtModel, { readonly kind: 'model' }>;

export interface Inspected extends Pick<Brought, 'inspection' | 'labels' | 'imported'> {
  /** Of the file or folder. */
  readonly name: string;
  readonly file: Bytes;
}

/** What came of looking. */
export type Looked =
  | { readonly phase: 'refused'; readonly name: string; readonly failure: Failure }
  | {
      readonly phase: 'foreign';
      readonly name: string;
      readonly format: ForeignFormat;
      /** Of the file that says so. */
      readonly path: string;
    }
  | { readonly phase: 'ready'; readonly inspected: Inspected; readonly failure: Failure | null };

/** The worker's `bringModel`. */
export type Bring = (files: readonly ImportFile[]) => Promise<Result<BroughtModel>>;

/** What a person says of the model that is in none of its files. */
export interface Said extends SaidOfModel {
  readonly note: string | null;
}

/** Looks at a file, or at those of a folder. */
export async function lookAt(bring: Bring, given: readonly GivenFile[]): Promise<Looked> {
  const name = nameOf(given);
  const bytes = given.reduce((sum, { file }) => sum + file.size, 0);
  if (bytes > maxDropBytes) {
    const detail = `${name} has ${bytes} bytes; a browser takes ${maxDropBytes}. Use: haversack push`;
    return { phase: 'refused', name, failure: failure('TooLarge', detail) };
  }
  try {
    return await looked(bring, name, given);
  } catch (thrown) {
    return { phase: 'refused', name, failure: toFailure(thrown, 'BadRequest') };
  }
}

async function looked(bring: Bring, name: string, given: readonly GivenFile[]): Promise<Looked> {
  const files = await Promise.all(
    given.map(async ({ file, path }) => ({ path, bytes: new Uint8Array(await file.arrayBuffer()) })),
  );
  const brought = await bring(files);
  if (!brought.ok) return { phase: 'refused', name, failure: brought.error };
  const { value } = brought;
  if (value.kind === 'foreign') return { phase: 'foreign', name, format: value.format, path: value.path };
  const { inspection, labels, imported } = value;
  const file = value.file ?? files[0]!.bytes;
  return { phase: 'ready', inspected: { name, file, inspection, labels, imported }, failure: null };
}

/** Null where it is to be read from the file. @throws HaversackError as `saidFace` of `core/import` */
export function saidOf({ inspection, imported }: Inspected, said: SaidOfModel): ModelInterface | null {
  return saidFace(inspection, imported && inspection.interface, said);
}

/** Of one file its name, of a folder's files the folder's. */
export function nameOf(given: readonly GivenFile[]): string {
  const [first] = given;
  if (!first || given.length === 1) return first?.path.split('/').at(-1) ?? '';
  const [folder, ...rest] = first.path.split('/');
  return rest.length > 0 && given.every(({ path }) => path.startsWith(`${folder!}/`)) ? folder! : first.path;
}

/** A name the registry accepts, made from a file's: "My Model (2).onnx" → "my-model-2". Empty where nothing is left. */
export function nameFromFile(fileName: string): string {
  return fileName
    .toLowerCase()
    .replace(/\.(onnx|zip|json)$/, '')
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, 64)
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
}

/** Labels as people paste them: one a line, or separated by commas, tabs or semicolons; null where there are none. */
export function labelsFromText(text: string): string[] | null {
  const separator = /\n/.test(text.trim()) ? /\r?\n/ : /[,;\t]/;
  const labels = text
    .trim()
    .split(separator)
    .map(label => label.trim())
    .filter(label => label !== '');
  return labels.length > 0 ? labels : null;
}

/** How many classes the model's answer has, where its shape says so; to hold the labels against. */
export function classesOf(face: ModelInterface): number | null {
  const name = face.decision?.output ?? face.outputs.find(output => output.shape.length === 2)?.name;
  const last = face.outputs.find(output => output.name === name)?.shape.at(-1);
  return last !== undefined && last > 1 ? last : null;
}
