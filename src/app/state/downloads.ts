// Downloads: those this tab runs, with bytes and rate, and those that a closed tab left behind.
import { signal } from '@preact/signals';
import { type Failure, toFailure } from '../../core/errors.ts';
import { type PullProgress, downloadKey, listDownloads, pullVersion } from '../../device/pull.ts';
import type { DownloadRow } from '../../device/schema.ts';
import { cacheRuntime } from '../../device/runtime-cache.ts';
import { dropDownload } from '../../device/garbage.ts';
import { requestPersistence } from '../../device/storage.ts';
import { need, type Services } from './services.ts';

export interface Download {
  readonly model: string;
  readonly version: number;
  readonly state: 'running' | 'paused' | 'failed';
  readonly receivedBytes: number;
  readonly totalBytes: number;
  /** Null until there is a rate to tell it from. */
  readonly secondsLeft: number | null;
  readonly problem: Failure | null;
}

interface Pull {
  readonly controller: AbortController;
  readonly variant: string | undefined;
}

/** By `model@version`. */
export const downloads = signal<ReadonlyMap<string, Download>>(new Map());
const pulls = new Map<string, Pull>();

export const downloadOf = (model: string, version: number) =>
  downloads.value.get(downloadKey(model, version)) ?? null;

function put(download: Download): void {
  downloads.value = new Map(downloads.value).set(downloadKey(download.model, download.version), download);
}

function take(model: string, version: number): void {
  const next = new Map(downloads.value);
  next.delete(downloadKey(model, version));
  downloads.value = next;
}

/** Rows that no tab works on are shown as paused: their chunks are kept, and starting again goes on from there. */
export async function loadDownloads({ db }: Services): Promise<void> {
  const rows = await listDownloads(db);
  for (const row of rows) {
    const known = downloadOf(row.model, row.version);
    if (!known && !pulls.has(downloadKey(row.model, row.version))) put(leftBehind(row));
  }
}

function leftBehind({ model, version }: DownloadRow): Download {
  return {
    model,
    version,
    state: 'paused',
    receivedBytes: 0,
    totalBytes: 0,
    secondsLeft: null,
    problem: null,
  };
}

/** Gets a version, and the runtime it needs, onto this device. Answers whether it is whole. */
export async function get(model: string, version: number, variant?: string): Promise<boolean> {
  const key = downloadKey(model, version);
  if (pulls.has(key)) return false;
  const controller = new AbortController();
  pulls.set(key, { controller, variant });
  const startedAt = performance.now();
  put({ ...leftBehind({ model, version } as DownloadRow), state: 'running' });
  const { db, client } = need();
  try {
    await pullVersion({
      db,
      client,
      model,
      version,
      ...(variant === undefined ? {} : { variant }),
      signal: controller.signal,
      onProgress: progress => put(running(model, version, progress, startedAt)),
    });
    take(model, version);
    void keepForOffline();
    return true;
  } catch (thrown) {
    const problem = toFailure(thrown);
    const now = downloadOf(model, version);
    if (now && problem.code === 'Aborted') put({ ...now, state: 'paused', secondsLeft: null });
    else if (now) put({ ...now, state: 'failed', secondsLeft: null, problem });
    return false;
  } finally {
    pulls.delete(key);
  }
}

function running(model: string, version: number, progress: PullProgress, startedAt: number): Download {
  const { receivedBytes, totalBytes } = progress;
  const seconds = (performance.now() - startedAt) / 1000;
  const secondsLeft = receivedBytes > 0 ? ((totalBytes - receivedBytes) / receivedBytes) * seconds : null;
  return { model, version, state: 'running', receivedBytes, totalBytes, secondsLeft, problem: null };
}

/** What came stays; `get` goes on from there. */
export function pause(model: string, version: number): void {
  pulls.get(downloadKey(model, version))?.controller.abort();
}

/** Ends it and lets go of what came. */
export async function cancel(model: string, version: number): Promise<void> {
  pause(model, version);
  await dropDownload(need().db, downloadKey(model, version));
  take(model, version);
}

/** A model without its runtime is not "on this device"; both are kept on purpose, and the browser is asked to keep them. */
async function keepForOffline(): Promise<void> {
  try {
    await requestPersistence(need().db);
    await cacheRuntime(['wasm']);
  } catch (thrown) {
    console.warn('haversack: the runtime is not kept for offline yet.', thrown);
  }
}
