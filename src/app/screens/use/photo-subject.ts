// A picture that a model is asked about, as it is kept.
import { preparePhoto } from '../../../device/prepare-photo.ts';
import type { Subject } from '../../state/kept-answers.ts';

export interface PhotoSubject extends Subject {
  readonly canvas: OffscreenCanvas;
}

export function subjectOf(canvas: OffscreenCanvas): PhotoSubject {
  return {
    canvas,
    toExample: () => preparePhoto(canvas),
    toPhoto: async () => (await preparePhoto(canvas)).bytes,
  };
}
