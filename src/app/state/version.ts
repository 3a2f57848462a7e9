// The manifest of a version on this device, and the examples that were recorded with it.
import type { Digest } from '../../core/artifact/digest.ts';
import type { Manifest } from '../../core/artifact/documents.ts';
import { type Recorded, recordedSchema } from '../../core/artifact/recorded.ts';
import { openInstalled, readFile } from '../../device/library.ts';
import type { Database } from '../../device/db.ts';
import { need } from './services.ts';

export interface VersionInUse {
  readonly model: string;
  readonly version: number;
  readonly manifest: Manifest;
  /** What runs in its place until the registry has given it a number; it answers to the same interface. */
  readonly candidate: Digest | null;
  /** Empty where the version came without recorded inputs. */
  readonly examples: Recorded['cases'];
}

/** @throws HaversackError `NotInstalled`, `StorageFailed` */
export async function readVersion(
  model: string,
  version: number,
  candidate: Digest | null = null,
): Promise<VersionInUse> {
  const { db } = need();
  const { manifest } = await openInstalled(db, model, version);
  return { model, version, manifest, candidate, examples: await readExamples(db, manifest) };
}

/** A version can be used without its examples, so a damaged file of them is no failure of the version. */
async function readExamples(db: Database, manifest: Manifest): Promise<Recorded['cases']> {
  const { recorded } = manifest.artifacts;
  if (!recorded) return [];
  try {
    const text = new TextDecoder().decode(await readFile(db, recorded.file));
    return recordedSchema.parse(JSON.parse(text)).cases;
  } catch (thrown) {
    console.warn('haversack: the recorded examples could not be read.', thrown);
    return [];
  }
}
