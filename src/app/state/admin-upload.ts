// A model on its way from an admin's file to the registry: looked at, tried, cut, sent, committed. Each phase can be left.
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
import type { ModelInspection } from '../../core/onnx/inspect.ts';
import type { Result } from '../../core/result.ts';

/** A browser cannot hold much more than this in one buffer; larger files go by the command line. */
export const maxDropBytes = 2 ** 31 - 2 ** 20;

export interface Inspected {
  readonly name: string;
  readonly file: Bytes;
  readonly inspection: ModelInspection & { readonly interface: ModelInterface };
}

export type UploadState =
  | { readonly phase: 'empty' }
  | { readonly phase: 'inspecting'; readonly name: string }
  | { readonly phase: 'refused'; readonly name: string; readonly failure: Failure }
  | { readonly phase: 'ready'; readonly inspected: Inspected; readonly failure: Failure | null }
  | { readonly phase: 'cutting' | 'committing'; readonly inspected: Inspected }
  | { readonly phase: 'sending'; readonly inspected: Inspected; readonly progress: UploadProgress }
  | { readonly phase: 'done'; readonly model: string; readonly version: number; readonly sentBytes: number };

/** What of the registry's client an upload uses. */
export type UploadApi = Pick<AdminClient, 'push'> & ChunkSink;

export interface UploadOptions {
  readonly inspect: (file: Bytes) => Promise<Result<Inspected['inspection']>>;
  readonly api: () => UploadApi;
}

export type Upload = ReturnType<typeof createUpload>;

export function createUpload({ inspect, api }: UploadOptions) {
  const state = signal<UploadState>({ phase: 'empty' });
  let abort: AbortController | null = null;
  let take = 0;

  /** Looks at a file; a newer one wins over an older. */
  async function choose(dropped: File): Promise<void> {
    const mine = ++take;
    abort?.abort();
    const { name } = dropped;
    const settle = (next: UploadState): void => {
      if (mine === take) state.value = next;
    };
    settle({ phase: 'inspecting', name });
    if (dropped.size > maxDropBytes) {
      const detail = `${name} has ${dropped.size} bytes; a browser takes ${maxDropBytes}. Use: haversack push`;
      return settle({ phase: 'refused', name, failure: failure('TooLarge', detail) });
    }
    try {
      const file = new Uint8Array(await dropped.arrayBuffer());
      const result = await inspect(file);
      if (result.ok)
        settle({ phase: 'ready', inspected: { name, file, inspection: result.value }, failure: null });
      else settle({ phase: 'refused', name, failure: result.error });
    } catch (thrown) {
      settle({ phase: 'refused', name, failure: toFailure(thrown, 'BadRequest') });
    }
  }

  /** Sends what the registry lacks of the file, then commits it as the model's next version. */
  async function send(model: string, labels: readonly string[] | null, note: string | null): Promise<void> {
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
      const push = { file: cut.ref, labels: labels && [...labels], note };
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

function versionOf(detail: VersionDetail): number {
  return readDocument(detail.manifest, manifestSchema).version;
}

/** A name the registry accepts, made from a file's: "My Model (2).onnx" → "my-model-2". Empty where nothing is left. */
export function nameFromFile(fileName: string): string {
  return fileName
    .toLowerCase()
    .replace(/\.onnx$/, '')
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
