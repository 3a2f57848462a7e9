// What a model's input says of how a photo is to be brought to it. Knows no graph.
import type { InputInterface } from '../artifact/interface.ts';
import type { PhotoPreparation } from './embedder.ts';

/** Where a model takes any height or width: of the sides that image models are made for, the commonest. */
const usualSide = 224;

/** By name: what the world's image models want of a byte. For people to choose from where a model does not say. */
export const usualScales = {
  /** 0 to 1 */
  unit: { mean: 0, deviation: 1 },
  /** −1 to 1 */
  signed: { mean: 0.5, deviation: 0.5 },
  /** 0 to 255 */
  bytes: { mean: 0, deviation: 1 / 255 },
  /** Of torchvision's models: mean and deviation of ImageNet's channels. */
  imagenet: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
} as const;
export type UsualScale = keyof typeof usualScales;

/** Null where the interface does not say enough: then somebody is to say it (`assumedPreparation`). */
export function preparationOf(input: InputInterface): PhotoPreparation | null {
  const { meaning } = input;
  if (meaning?.kind !== 'image' || meaning.preparation !== 'pixels') return null;
  const [black, white] = meaning.range;
  const sizes = sizesOf(input.shape, meaning.layout);
  if (!sizes || white === black) return null;
  // black + (white − black) · byte / 255 = (byte / 255 − mean) / deviation
  const deviation = 1 / (white - black);
  return { ...sizes, ...ofChannels(sizes.channels, -black * deviation, deviation) };
}

/** From the input's shape alone, scaled as somebody says; null where the shape is no image's. */
export function assumedPreparation(
  { shape }: Pick<InputInterface, 'shape'>,
  scale: UsualScale = 'unit',
): PhotoPreparation | null {
  const sizes = sizesOf(shape, 'NCHW') ?? sizesOf(shape, 'NHWC');
  if (!sizes) return null;
  const { mean, deviation } = usualScales[scale];
  return { ...sizes, ...ofChannels(sizes.channels, mean, deviation) };
}

type Sizes = Pick<PhotoPreparation, 'height' | 'width' | 'layout' | 'channels'>;

function sizesOf(shape: readonly number[], layout: PhotoPreparation['layout']): Sizes | null {
  if (shape.length !== 4) return null;
  const [, a, b, c] = shape as [number, number, number, number];
  const [channels, height, width] = layout === 'NCHW' ? [a, b, c] : [c, a, b];
  if (channels !== 1 && channels !== 3) return null;
  return { layout, channels, height: height > 0 ? height : usualSide, width: width > 0 ? width : usualSide };
}

type Scale = number | readonly number[];

/** Of a grey photo, the mean over the colours. */
function ofChannels(
  channels: 1 | 3,
  mean: Scale,
  deviation: Scale,
): Pick<PhotoPreparation, 'mean' | 'deviation'> {
  const each = (value: Scale) => {
    const three = typeof value === 'number' ? [value, value, value] : value;
    return channels === 3 ? [...three] : [three.reduce((sum, one) => sum + one, 0) / three.length];
  };
  return { mean: each(mean), deviation: each(deviation) };
}
