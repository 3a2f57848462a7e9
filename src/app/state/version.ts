// What a version on this device says of itself, or what runs before it has a number, and the examples that were recorded with it.
import type { Digest } from '../../core/artifact/digest.ts';
import type { VersionBody } from '../../core/artifact/documents.ts';
import { type Recorded, recordedSchema } from '../../core/artifact/recorded.ts';
import { readCandidate } from '../../device/candidates.ts';
import { openInstalled, readFile } from '../../device/library.ts';
import { candidateOf } from '../../device/needs.ts';
import type { Database } from '../../device/db.ts';
import { need } from './services.ts';

interface InUse {
  readonly model: string;
  /** The version's; where there is none, the candidate's. */
  readonly manifest: VersionBody;
  /** Empty where it came without recorded inputs. */
  readonly examples: Recorded['cases'];
}

export interface NumberedInUse extends InUse {
  readonly version: number;
  /** What runs in its place until the registry has given it a number; it answers to the same interface. */
  readonly candidate: Digest | null;
}

/** It is to be the first version of its model. */
interface UnnumberedInUse extends InUse {
  readonly version: null;
  readonly candidate: Digest;
}

export type VersionInUse = NumberedInUse | UnnumberedInUse;

/** @throws HaversackError `NotInstalled`, `StorageFailed` */
export async function readVersion(
  model: string,
  version: number,
  candidate: Digest | null = null,
): Promise<NumberedInUse> {
  const { db } = need();
  const { manifest } = await openInstalled(db, model, version);
  return { model, version, manifest, candidate, examples: await readExamples(db, manifest) };
}

/** A candidate that runs in no version's place. @throws HaversackError `NotFound`, `StorageFailed` */
export async function readUnnumbered(model: string, candidate: Digest): Promise<UnnumberedInUse> {
  const { db } = need();
  const manifest = candidateOf(await readCandidate(db, candidate));
  return { model, version: null, manifest, candidate, examples: await readExamples(db, manifest) };
}

/** A version can be used without its examples, so a damaged file of them is no failure of the version. */
async function readExamples(db: Database, manifest: VersionBody): Promise<Recorded['cases']> {
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
