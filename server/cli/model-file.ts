// An ONNX file on this disk, with the weights that it keeps in files beside it.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { foldExternalData } from '../../src/core/onnx/external-data.ts';

/**
 * As one file, whatever it is on the disk.
 * @throws HaversackError `NotOnnx`, `ExternalDataMissing`, `ModelInvalid`, `TooLarge`; the system's own errors of the model file
 */
export async function readModelFile(path: string): Promise<Bytes> {
  return foldExternalData(await readBytes(path), location => readBeside(path, location));
}

/** Links are followed: caches of models are made of them, and a model cannot make one. */
async function readBeside(path: string, location: string): Promise<Bytes | null> {
  try {
    return await readBytes(join(dirname(path), location));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function readBytes(path: string): Promise<Bytes> {
  const file = await readFile(path);
  return new Uint8Array(file.buffer, file.byteOffset, file.length);
}
