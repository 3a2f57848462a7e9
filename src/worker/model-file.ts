// Where a model comes from: bytes at hand, or the device's store, which can be read again.
import type { FileRef } from '../core/artifact/chunks.ts';
import type { Bytes } from '../core/artifact/digest.ts';
import type { Outline } from '../core/onnx/outline.ts';
import { readFile, readPieces } from '../device/chunk-store.ts';
import type { Database } from '../device/db.ts';

/** From this size on weights go in beside the model: below, taking it apart costs more than the copies it saves. */
export const besideFromBytes = 16 * 2 ** 20;

/** A file in the device's store. Bytes are read when it is opened; those of a small one are at hand. */
export interface StoredFile {
  readonly bytes: number;
  /** @throws HaversackError `NotInstalled`, `ChunkInvalid` */
  readonly whole: () => Promise<Bytes>;
  /** In order, without gaps; whoever asks owns them. @throws HaversackError `NotInstalled`, `ChunkInvalid` */
  readonly pieces: () => Promise<Bytes[]>;
}

export type ModelFile = Bytes | StoredFile;

/** A small one is read at once, while the runtime still starts. @throws HaversackError `NotInstalled`, `ChunkInvalid` */
export async function storedFile(db: Database, ref: FileRef): Promise<StoredFile> {
  const small = ref.bytes < besideFromBytes ? await readFile(db, ref) : null;
  return {
    bytes: ref.bytes,
    whole: () => (small ? Promise.resolve(small) : readFile(db, ref)),
    pieces: () => readPieces(db, ref),
  };
}

export async function wholeOf(file: ModelFile): Promise<Bytes> {
  return file instanceof Uint8Array ? file : file.whole();
}

/** A large file of the store with its weights apart; any other as it is. */
export async function outlineOfFile(file: ModelFile): Promise<Outline> {
  if (file instanceof Uint8Array || file.bytes < besideFromBytes)
    return { file: await wholeOf(file), apart: [] };
  const { outlineOf } = await import('../core/onnx/outline.ts');
  return outlineOf(await file.pieces());
}
