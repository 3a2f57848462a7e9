// A bundle on this disk, looked through: its index's signature, and every chunk's digest. Who is believed is not asked here.
import { open } from 'node:fs/promises';
import { type Bundle, openBundle, verifyBundle } from '../../src/core/artifact/bundle.ts';
import { sourceOf } from '../storage/file-source.ts';

export interface VerifiedBundle {
  readonly bundle: Bundle;
  readonly bytes: number;
}

/** @throws HaversackError what is wrong with it */
export async function verifyBundleFile(path: string): Promise<VerifiedBundle> {
  const file = await open(path);
  try {
    const source = await sourceOf(file);
    const opened = await openBundle(source);
    await verifyBundle(opened);
    return { bundle: opened.bundle, bytes: source.bytes };
  } finally {
    await file.close();
  }
}
