// Who asked this device, for its owner to see: kept beside the settings, in all pages of the app alike.
import { z } from '../../core/zod.ts';
import type { Exchange } from './host.ts';

const askerSchema = z.object({
  /** An origin, or a page of this one. */
  from: z.string(),
  answers: z.number().int(),
  lastAt: z.iso.datetime(),
  /** The path that was asked last. */
  path: z.string(),
});
export type Asker = z.infer<typeof askerSchema>;

const key = 'haversack:asked';
const maxAskers = 20;
/** Written down no more often: a model that answers a hundred times a second is not to write as often. */
const writeEveryMs = 2_000;

/** Answered since they were last written down. */
const pending = new Map<string, { answers: number; path: string }>();
let timer: ReturnType<typeof setTimeout> | null = null;

/** Answers only: what was refused was not given. */
export function noteAsked({ from, path, status }: Exchange): void {
  if (status >= 400) return;
  const before = pending.get(from);
  pending.set(from, { answers: (before?.answers ?? 0) + 1, path: path.slice(0, 200) });
  timer ??= setTimeout(write, writeEveryMs);
}

/** The last to ask first. */
export function readAskers(): Asker[] {
  try {
    const parsed = z.array(askerSchema).safeParse(JSON.parse(localStorage.getItem(key) ?? '[]'));
    return parsed.success ? parsed.data : [];
  } catch {
    return [];
  }
}

export function forgetAskers(): void {
  pending.clear();
  store([]);
}

/** Called with each change, of this page or another. @returns how to listen no more */
export function onAsked(listener: () => void): () => void {
  const heard = (event: Event) => {
    if (!(event instanceof StorageEvent) || event.key === key) listener();
  };
  addEventListener('storage', heard);
  addEventListener(changed, heard);
  return () => {
    removeEventListener('storage', heard);
    removeEventListener(changed, heard);
  };
}

const changed = 'haversack:asked';

function write(): void {
  timer = null;
  const lastAt = new Date().toISOString();
  const known = new Map(readAskers().map(asker => [asker.from, asker]));
  const renewed = [...pending].map(([from, { answers, path }]): Asker => {
    const before = known.get(from);
    known.delete(from);
    return { from, answers: (before?.answers ?? 0) + answers, lastAt, path };
  });
  pending.clear();
  store([...renewed, ...known.values()].slice(0, maxAskers));
}

function store(askers: readonly Asker[]): void {
  try {
    localStorage.setItem(key, JSON.stringify(askers));
  } catch {
    // Without local storage nobody is listed, and nothing else is lost.
  }
  dispatchEvent(new Event(changed));
}
