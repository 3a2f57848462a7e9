// What a person says of a model's pixels, for a graph does not: from which number to which they go.
import type { InputInterface, ModelInterface } from '../artifact/interface.ts';

/** The values of black and of white. */
export type PixelRange = readonly [black: number, white: number];

const channelCounts = [1, 3];

/** Where an input's channels are; null for what takes no images. */
export function imageLayout({ shape }: Pick<InputInterface, 'shape'>): 'NCHW' | 'NHWC' | null {
  if (shape.length !== 4) return null;
  if (channelCounts.includes(shape[3]!)) return 'NHWC';
  return channelCounts.includes(shape[1]!) ? 'NCHW' : null;
}

/** With that range at the one input, which takes images; null where there is none such. */
export function withPixels(face: ModelInterface, [black, white]: PixelRange): ModelInterface | null {
  const [input] = face.inputs;
  const layout = input && face.inputs.length === 1 ? imageLayout(input) : null;
  if (!input || !layout) return null;
  const meaning = {
    kind: 'image',
    layout,
    range: [black, white],
    preparation: 'pixels',
    names: null,
  } as const;
  return { ...face, inputs: [{ ...input, meaning: { ...meaning, range: [black, white] } }] };
}
