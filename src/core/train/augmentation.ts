// What a recipe says of augmentation. Apart from what does it: whoever reads recipes changes no samples.
import { z } from '../zod.ts';

const share = z.number().min(0).lt(1);

/**
 * Of images: inputs of four dimensions with 1, 3 or 4 channels, NCHW or NHWC. What a change brings in from outside has the
 * tone of the image's border. Of other numbers only `noise`, in their own unit.
 */
export const augmentationSchema = z.object({
  /** Pixels either way. */
  shift: z.number().min(0).max(1024).optional(),
  /** Factor of 1 − this to 1 + this. */
  scale: share.optional(),
  /** Degrees either way. */
  rotate: z.number().min(0).max(180).optional(),
  /** Left to right, every second time. Not for writing. */
  flip: z.boolean().optional(),
  /** Standard deviation: of an image as a share of its range. */
  noise: z.number().min(0).max(1000).optional(),
  /** Shares of the image's range, and of its distance from its mean. */
  brightness: share.optional(),
  contrast: share.optional(),
  /** Each channel by a factor of its own, 1 − this to 1 + this. */
  colour: share.optional(),
});
export type Augmentation = z.infer<typeof augmentationSchema>;
