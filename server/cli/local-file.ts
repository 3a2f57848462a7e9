// A model's file on this disk, as chunks: what need not be fetched of a version that shares them, or differs by little.
import { readFile } from 'node:fs/promises';
import type { LocalFile } from '../../src/client/trusted-registry.ts';
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';

/** Null where there is no file, or one that is no model: it has nothing to give. */
export async function readLocalFile(path: string): Promise<LocalFile | null> {
  try {
    const file = await readFile(path);
    return await localFile(new Uint8Array(file.buffer, file.byteOffset, file.length));
  } catch {
    return null;
  }
}

/** @throws HaversackError `NotOnnx`, `ModelInvalid` */
export async function localFile(file: Bytes): Promise<LocalFile> {
  const { ref, chunks } = await chunkFile(file, tensorLayout(file));
  return { digest: ref.digest, chunks };
}
