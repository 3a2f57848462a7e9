// Bundles on this page: made and handed to the browser, opened from a file, a drop or the system.
import { signal } from '@preact/signals';
import { bundleMediaType, bundleSuffix } from '../../core/artifact/bundle-name.ts';
import { type Failure, toFailure } from '../../core/errors.ts';
import type { HandOver } from '../../device/bundles.ts';
import type { TakenItem } from '../../device/take-bundle.ts';
import { saveFile } from '../parts/save-file.ts';
import { navigate } from '../router.ts';
import { registry } from './connection.ts';
import { loadRegistry } from './refresh.ts';
import { need } from './services.ts';

export interface Opened {
  readonly name: string;
  /** Null while it is looked through. */
  readonly items: readonly TakenItem[] | null;
  /** What is wrong with it as a whole. */
  readonly problem: Failure | null;
}

/** The bundle that was opened last on this page. */
export const opened = signal<Opened | null>(null);

export type Way = 'save' | 'share';

/** Whether this browser passes such files on to other apps. */
export function canShare(): boolean {
  const probe = new File([], `probe${bundleSuffix}`, { type: bundleMediaType });
  return typeof navigator.canShare === 'function' && navigator.canShare({ files: [probe] });
}

/**
 * @param name what it is of, for the file's name
 * @returns bytes; null where the reader changed their mind
 * @throws HaversackError
 */
export async function handOver(wanted: HandOver, name: string, way: Way): Promise<number | null> {
  const { db, identity } = need();
  const { makeBundle } = await import('../../device/bundles.ts');
  const bundle = await makeBundle(db, identity, wanted);
  const fileName = `${name}-${identity.code}-${new Date().toISOString().slice(0, 10)}${bundleSuffix}`;
  if (way === 'save') {
    saveFile(fileName, bundle);
    return bundle.size;
  }
  try {
    await navigator.share({ files: [new File([bundle], fileName, { type: bundleMediaType })] });
    return bundle.size;
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') return null;
    throw thrown;
  }
}

/** Takes what it brings, and shows in Collect what became of it. */
export async function openBundleFile(file: File): Promise<void> {
  const { name } = file;
  navigate('collect');
  opened.value = { name, items: null, problem: null };
  const open = need();
  try {
    const { takeBundle } = await import('../../device/take-bundle.ts');
    const items = await takeBundle(open.db, open.identity, file);
    opened.value = { name, items, problem: null };
    if (!registry.value) await loadRegistry(open);
  } catch (thrown) {
    opened.value = { name, items: null, problem: toFailure(thrown, 'StorageFailed') };
  }
}

export function isBundle(file: Pick<File, 'name'>): boolean {
  return file.name.toLowerCase().endsWith(bundleSuffix);
}
