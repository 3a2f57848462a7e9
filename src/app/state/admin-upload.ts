// A model on its way from an admin's files to the registry: looked at, converted, tried, cut, sent, committed. Each phase can
// be left.
import { signal } from '@preact/signals';
import type { AdminClient } from '../../client/admin.ts';
import { type ChunkSink, uploadFile, type UploadProgress } from '../../client/upload.ts';
import { chunkFile } from '../../core/artifact/chunks.ts';
import type { Bytes } from '../../core/artifact/digest.ts';
import type { ModelInterface } from '../../core/artifact/interface.ts';
import type { VersionDetail } from '../../core/artifact/registry-api.ts';
import { manifestSchema } from '../../core/artifact/documents.ts';
import { readDocument } from '../../core/artifact/signature.ts';
import { failure, toFailure, type Failure } from '../../core/errors.ts';
import { faceWithLabels } from '../../core/import/face-with-labels.ts';
import type { ForeignFormat } from '../../core/import/foreign-formats.ts';
import type { ImportFile } from '../../core/import/imported.ts';
import { type PixelRange, withPixels } from '../../core/import/pixels.ts';
import type { Result } from '../../core/result.ts';
import type { BroughtModel } from '../../worker/protocol.ts';
import type { GivenFile } from './given-files.ts';

/** A browser cannot hold much more than this in one buffer; larger files go by the command line. */
export const maxDropBytes = 2 ** 31 - 2 ** 20;

type Brought = Extract<BroughtModel, { readonly kind: 'model' }>;

export interface Inspected extends Pick<Brought, 'inspection' | 'imported'> {
  /** Of the file or folder. */
  readonly name: string;
  readonly file: Bytes;
}

export type UploadState =
  | { readonly phase: 'empty' }
  | { readonly phase: 'inspecting'; readonly name: string }
  | { readonly phase: 'refused'; readonly name: string; readonly failure: Failure }
  | {
      readonly phase: 'foreign';
      readonly name: string;
      readonly format: ForeignFormat;
      /** Of the file that says so. */
      readonly path: string;
    }
  | { readonly phase: 'ready'; readonly inspected: Inspected; readonly failure: Failure | null }
  | { readonly phase: 'cutting' | 'committing'; readonly inspected: Inspected }
  | { readonly phase: 'sending'; readonly inspected: Inspected; readonly progress: UploadProgress }
  | { readonly phase: 'done'; readonly model: string; readonly version: number; readonly sentBytes: number };

/** What a person says of the model that is in none of its files. */
export interface Said {
  readonly labels: readonly string[] | null;
  readonly note: string | null;
  /** Null: nobody said, or it takes no images. */
  readonly pixels: PixelRange | null;
}

/** What of the registry's client an upload uses. */
export type UploadApi = Pick<AdminClient, 'push'> & ChunkSink;

export interface UploadOptions {
  readonly bring: (files: readonly ImportFile[]) => Promise<Result<BroughtModel>>;
  readonly api: () => UploadApi;
}

export type Upload = ReturnType<typeof createUpload>;

export function createUpload({ bring, api }: UploadOptions) {
  const state = signal<UploadState>({ phase: 'empty' });
  let abort: AbortController | null = null;
  let take = 0;

  /** Looks at a file, or at those of a folder; a newer choice wins over an older. */
  async function choose(given: readonly GivenFile[]): Promise<void> {
    const mine = ++take;
    abort?.abort();
    const name = nameOf(given);
    const settle = (next: UploadState): void => {
      if (mine === take) state.value = next;
    };
    settle({ phase: 'inspecting', name });
    const bytes = given.reduce((sum, { file }) => sum + file.size, 0);
    if (bytes > maxDropBytes) {
      const detail = `${name} has ${bytes} bytes; a browser takes ${maxDropBytes}. Use: haversack push`;
      return settle({ phase: 'refused', name, failure: failure('TooLarge', detail) });
    }
    try {
      settle(await looked(name, given));
    } catch (thrown) {
      settle({ phase: 'refused', name, failure: toFailure(thrown, 'BadRequest') });
    }
  }

  async function looked(name: string, given: readonly GivenFile[]): Promise<UploadState> {
    const files = await Promise.all(
      given.map(async ({ file, path }) => ({ path, bytes: new Uint8Array(await file.arrayBuffer()) })),
    );
    const brought = await bring(files);
    if (!brought.ok) return { phase: 'refused', name, failure: brought.error };
    const { value } = brought;
    if (value.kind === 'foreign') return { phase: 'foreign', name, format: value.format, path: value.path };
    const { inspection, imported } = value;
    const file = value.file ?? files[0]!.bytes;
    return { phase: 'ready', inspected: { name, file, inspection, imported }, failure: null };
  }

  /** Sends what the registry lacks of the file, then commits it as the model's next version. */
  async function send(model: string, said: Said): Promise<void> {
    const current = state.peek();
    if (current.phase !== 'ready') return;
    const { inspected } = current;
    abort = new AbortController();
    const { signal: stop } = abort;
    try {
      state.value = { phase: 'cutting', inspected };
      const { tensorLayout } = await import('../../core/onnx/layout.ts');
      const cut = await chunkFile(inspected.file, tensorLayout(inspected.file));
      stop.throwIfAborted();
      const onProgress = (progress: UploadProgress): void => {
        if (!stop.aborted) state.value = { phase: 'sending', inspected, progress };
      };
      const { sentBytes } = await uploadFile(api(), cut, { signal: stop, onProgress });
      state.value = { phase: 'committing', inspected };
      const { labels, note } = said;
      const face = faceOf(inspected, said);
      const push = { file: cut.ref, labels: labels && [...labels], interface: face, note };
      const detail = await api().push(model, push, stop);
      state.value = { phase: 'done', model, version: versionOf(detail), sentBytes };
    } catch (thrown) {
      if (state.peek().phase === 'empty') return;
      const error = toFailure(thrown, 'Offline');
      const stopped = stop.aborted || error.code === 'Aborted';
      state.value = { phase: 'ready', inspected, failure: stopped ? null : error };
    }
  }

  /** Stops what is on its way; chunks that have arrived are used by the next try. */
  function cancel(): void {
    abort?.abort();
  }

  function clear(): void {
    take++;
    state.value = { phase: 'empty' };
    abort?.abort();
  }

  return { state, choose, send, cancel, clear };
}

/** Null where the registry reads it from the file. */
function faceOf({ inspection, imported }: Inspected, { labels, pixels }: Said): ModelInterface | null {
  if (!imported && !pixels) return null;
  const face = labels ? faceWithLabels(inspection.interface, inspection, labels) : inspection.interface;
  return pixels ? withPixels(face, pixels) : face;
}

/** Of one file its name, of a folder's files the folder's. */
function nameOf(given: readonly GivenFile[]): string {
  const [first] = given;
  if (!first || given.length === 1) return first?.path.split('/').at(-1) ?? '';
  const [folder, ...rest] = first.path.split('/');
  return rest.length > 0 && given.every(({ path }) => path.startsWith(`${folder!}/`)) ? folder! : first.path;
}

function versionOf(detail: VersionDetail): number {
  return readDocument(detail.manifest, manifestSchema).version;
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
