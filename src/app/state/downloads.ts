// Downloads: those this tab runs, with bytes and rate, and those that a closed tab left behind.
import { signal } from '@preact/signals';
import { type Failure, toFailure } from '../../core/errors.ts';
import { type PullProgress, downloadKey, listDownloads, pullVersion } from '../../device/pull.ts';
import { isMetered, onLinkChange } from '../../device/connection-kind.ts';
import { dropDownload } from '../../device/garbage.ts';
import { runningPulls } from '../../device/locks.ts';
import { errorToast } from './error-toast.ts';
import { need, type Services } from './services.ts';
import { settings } from './settings.ts';
import { askToKeep } from './storage.ts';

export interface Download {
  readonly model: string;
  readonly version: number;
  /** `metered`: it waits for a link that is not paid by what goes over it. */
  readonly state: 'running' | 'paused' | 'failed' | 'metered';
  readonly receivedBytes: number;
  readonly totalBytes: number;
  /** Null until there is a rate to tell it from. */
  readonly secondsLeft: number | null;
  readonly problem: Failure | null;
}

interface Wanted {
  readonly model: string;
  readonly version: number;
  readonly variant: string | undefined;
}

interface Pull extends Wanted {
  /** Whether the user said that this one may go over a metered link. */
  readonly anyway: boolean;
  readonly controller: AbortController;
  /** When it has ended, however it ended. */
  readonly ended: Promise<void>;
}

/** By `model@version`. */
export const downloads = signal<ReadonlyMap<string, Download>>(new Map());
/** Those that this tab runs. */
const pulls = new Map<string, Pull>();
/** Those that wait for another link. */
const held = new Map<string, Wanted>();

export const downloadOf = (model: string, version: number) =>
  downloads.value.get(downloadKey(model, version)) ?? null;

function put(download: Download): void {
  downloads.value = new Map(downloads.value).set(downloadKey(download.model, download.version), download);
}

function take(key: string): void {
  const next = new Map(downloads.value);
  next.delete(key);
  downloads.value = next;
}

/**
 * What the database says of downloads that this tab does not run: under way in another tab or in the background, or left
 * behind, when their chunks are kept and starting again goes on from there.
 */
export async function loadDownloads({ db }: Services): Promise<void> {
  const rows = await listDownloads(db);
  const busy = await runningPulls();
  for (const { model, version } of rows) {
    const key = downloadKey(model, version);
    if (pulls.has(key)) continue;
    const state = busy.has(key) ? 'running' : 'paused';
    if (held.has(key)) continue;
    if (downloads.value.get(key)?.state !== 'failed') put({ ...nothingYet, model, version, state });
  }
  const known = new Set(rows.map(row => row.key));
  for (const key of downloads.value.keys()) {
    if (!known.has(key) && !pulls.has(key) && !held.has(key)) take(key);
  }
}

const nothingYet = { receivedBytes: 0, totalBytes: 0, secondsLeft: null, problem: null };

/** Gets a version onto this device. Answers whether it is whole. The runtime it needs follows (`offline-runtime.ts`). */
export function get(model: string, version: number, variant?: string): Promise<boolean> {
  return start({ model, version, variant }, false);
}

/** One that waits for another link, over this one. */
export async function getAnyway(model: string, version: number): Promise<boolean> {
  const wanted = held.get(downloadKey(model, version));
  return wanted ? start(wanted, true) : false;
}

async function start(wanted: Wanted, anyway: boolean): Promise<boolean> {
  const { model, version, variant } = wanted;
  const key = downloadKey(model, version);
  if (pulls.has(key)) return false;
  if (mustWait(anyway)) {
    held.set(key, wanted);
    put({ ...nothingYet, ...downloads.value.get(key), model, version, state: 'metered' });
    return false;
  }
  held.delete(key);
  const controller = new AbortController();
  const pull = run(model, version, variant, controller.signal);
  pulls.set(key, { ...wanted, anyway, controller, ended: pull.then(() => undefined) });
  put({ ...nothingYet, model, version, state: 'running' });
  const problem = await pull;
  pulls.delete(key);
  if (problem === null) {
    take(key);
    if (settings.value?.persistent === null) void askToKeep();
    return true;
  }
  const now = downloads.value.get(key);
  if (now && problem.code === 'Aborted') {
    put({ ...now, state: held.has(key) ? 'metered' : 'paused', secondsLeft: null });
  } else if (now) put({ ...now, state: 'failed', secondsLeft: null, problem });
  return false;
}

function mustWait(anyway: boolean): boolean {
  return !anyway && settings.value?.overMetered !== true && isMetered() === true;
}

/** Holds what runs when the link comes to be metered, and goes on when it is not, or need not matter, any more. */
export function followLink(): () => void {
  const look = () => {
    for (const [key, { anyway, controller, ...wanted }] of pulls) {
      if (!mustWait(anyway)) continue;
      held.set(key, wanted);
      controller.abort();
    }
    if (!mustWait(false)) for (const wanted of held.values()) void start(wanted, false);
  };
  const forget = [onLinkChange(look), settings.subscribe(look)];
  return () => {
    for (const end of forget) end();
  };
}

/** Answers what went wrong; never throws. */
async function run(
  model: string,
  version: number,
  variant: string | undefined,
  ended: AbortSignal,
): Promise<Failure | null> {
  const startedAt = performance.now();
  const onProgress = (progress: PullProgress) => put(running(model, version, progress, startedAt));
  try {
    await pullVersion({ ...need(), model, version, variant, signal: ended, onProgress });
    return null;
  } catch (thrown) {
    return toFailure(thrown);
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
  const key = downloadKey(model, version);
  const pull = pulls.get(key);
  held.delete(key);
  pull?.controller.abort();
  await pull?.ended;
  try {
    await dropDownload(need().db, key);
    take(key);
  } catch (thrown) {
    errorToast(toFailure(thrown));
  }
}
