// Brings back what the browser's storage damaged: the pieces that do not hash, and no others.
import { listInstalled } from '../../device/library.ts';
import { get } from './downloads.ts';
import { need } from './services.ts';

/**
 * Looks a version over that failed to open, and fetches what it lacks.
 * @returns whether it lacked something, and is whole now
 */
export async function mend(model: string, version: number): Promise<boolean> {
  const { db } = need();
  // Rarely needed, and large: it knows the form of all that is stored.
  const { checkVersion } = await import('../../device/health.ts');
  return (await checkVersion(db, model, version)) !== null && (await fetchAgain(model, version));
}

/** In the variants that were here, and for training where it could be trained. */
export async function fetchAgain(model: string, version: number): Promise<boolean> {
  const row = (await listInstalled(need().db)).find(each => each.model === model && each.version === version);
  return get(model, version, row?.variants[0]);
}
