// What an exported page knows of its model: written into its HTML when it is made, read by its script. Types without logic, but for
// what a page can ask its reader for.
import type { Digest } from '../artifact/digest.ts';
import type { ModelInterface } from '../artifact/interface.ts';
import { pictureSize } from '../data/picture-size.ts';
import { takesPhoto } from '../data/takes-photo.ts';
import { takesSecond } from '../teach/takes-second.ts';

export interface PageFacts {
  readonly model: string;
  /** Null: it was in no registry yet. */
  readonly version: number | null;
  readonly variant: string;
  /** ISO 8601; of the version. */
  readonly createdAt: string;
  /** As whoever made the page said; null: nobody did. */
  readonly licence: string | null;
  /** Of the data it learnt from, as the version says; null: it does not. */
  readonly dataLicence: string | null;
  /** Of that variant. */
  readonly file: { readonly digest: Digest; readonly bytes: number };
  /** Of ONNX Runtime's WebAssembly. */
  readonly runtime: Digest;
  readonly labels: readonly string[] | null;
  readonly interface: ModelInterface;
}

/** Where the facts are in the page's HTML: the id of a block of JSON. */
export const factsElement = 'facts';

/** What a page asks for: a photo (camera or file), a second of sound (microphone or file), a drawing, or numbers. */
export type PageAsks = 'photo' | 'sound' | 'drawing' | 'numbers';

/** Null where it is none of these, or nobody said how it answers: of such a model there is no page. */
export function pageAsks({ inputs, decision }: ModelInterface): PageAsks | null {
  const [only] = inputs;
  if (inputs.length !== 1 || !only?.meaning || !decision) return null;
  if (takesPhoto(only)) return 'photo';
  const { meaning, shape, datatype } = only;
  switch (meaning.kind) {
    case 'features':
      return datatype === 'BYTES' ? null : 'numbers';
    case 'waveform':
      return takesSecond(only) ? 'sound' : null;
    case 'image': {
      const size = meaning.preparation === 'cell-counts' ? pictureSize(shape, meaning.layout) : null;
      return size?.channels === 1 && size.width === size.height ? 'drawing' : null;
    }
  }
}
