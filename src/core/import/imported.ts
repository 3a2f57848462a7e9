// A model that came in another format, as ONNX: what every importer makes.
import type { Bytes } from '../artifact/digest.ts';
import type { ModelInterface } from '../artifact/interface.ts';
import type { ImportNote } from './notes.ts';

/** One file of what was dropped or unpacked; `path` with `/`, relative, without `..`. */
export interface ImportFile {
  readonly path: string;
  readonly bytes: Bytes;
}

export type ImportFormat = 'tfjs-graph' | 'tfjs-layers' | 'teachable-machine';

export interface Imported {
  readonly format: ImportFormat;
  /** A whole ONNX file, NCHW inside; images come and go as they did in the original (its interface says how). */
  readonly model: Bytes;
  readonly interface: ModelInterface;
  /** Null where the original names none. */
  readonly labels: readonly string[] | null;
  /** What a person should know: operators that were replaced, weights that were quantized, a signature that was chosen. */
  readonly notes: readonly ImportNote[];
}
