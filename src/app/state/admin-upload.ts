// A model on its way from an admin's files to the registry: looked at, converted, tried, cut, sent, committed. Each phase can
// be left.
import { signal } from '@preact/signals';
import type { AdminClient } from '../../client/admin.ts';
import { type ChunkSink, uploadFile, type UploadProgress } from '../../client/upload.ts';
import { chunkFile } from '../../core/artifact/chunks.ts';
import { manifestSchema } from '../../core/artifact/documents.ts';
import type { VersionDetail } from '../../core/artifact/registry-api.ts';
import { readDocument } from '../../core/artifact/signature.ts';
import { toFailure } from '../../core/errors.ts';
import {
  type Bring,
  type Inspected,
  lookAt,
  type Looked,
  nameOf,
  type Said,
  saidOf,
} from './brought-model.ts';
import type { GivenFile } from './given-files.ts';

export type UploadState =
  | { readonly phase: 'empty' }
  | { readonly phase: 'inspecting'; readonly name: string }
  | Looked
  | { readonly phase: 'cutting' | 'committing'; readonly inspected: Inspected }
  | { readonly phase: 'sending'; readonly inspected: Inspected; readonly progress: UploadProgress }
  | { readonly phase: 'done'; readonly model: string; readonly version: number; readonly sentBytes: number };

/** What of the registry's client an upload uses. */
export type UploadApi = Pick<AdminClient, 'push'> & ChunkSink;

export interface UploadOptions {
  readonly bring: Bring;
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
    state.value = { phase: 'inspecting', name: nameOf(given) };
    const found = await lookAt(bring, given);
    if (mine === take) state.value = found;
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
      const face = saidOf(inspected, said);
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

function versionOf(detail: VersionDetail): number {
  return readDocument(detail.manifest, manifestSchema).version;
}
