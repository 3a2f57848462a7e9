// The recorded cases of a version, read from its artifact. Runs nothing.
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { Manifest } from '../../src/core/artifact/documents.ts';
import { type Recorded, recordedSchema } from '../../src/core/artifact/recorded.ts';
import { maxDocumentBytes } from '../../src/core/artifact/registry-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { z } from '../../src/core/zod.ts';
import { readFileRef } from './chunk-files.ts';
import type { BlobStore } from '../storage/blobs.ts';

/** @throws HaversackError `DocumentInvalid`, `ChunkInvalid`, `TooLarge` */
export async function readRecorded(
  blobs: BlobStore,
  artifact: Manifest['artifacts']['recorded'],
): Promise<Recorded | null> {
  if (!artifact) return null;
  if (artifact.file.bytes > maxDocumentBytes) {
    throw new HaversackError(
      'TooLarge',
      `recorded has ${artifact.file.bytes} bytes, at most ${maxDocumentBytes}`,
    );
  }
  return parseRecorded(await readFileRef(blobs, artifact.file));
}

export function parseRecorded(file: Bytes): Recorded {
  const parsed = recordedSchema.safeParse(parseJson(file));
  if (!parsed.success) {
    throw new HaversackError('DocumentInvalid', `recorded: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}

function parseJson(file: Bytes): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(file));
  } catch {
    throw new HaversackError('DocumentInvalid', 'recorded: not JSON');
  }
}
