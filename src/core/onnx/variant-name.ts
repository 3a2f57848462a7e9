// What a file is called as a variant, by its weights.
import type { Datatype } from '../datatype.ts';
import type { TensorLocation } from './layout.ts';

/** What most of the weights' bytes are; `original` where that is no plain float. */
export function variantNameOf(layout: readonly TensorLocation[]): string {
  const bytes = new Map<Datatype | null, number>();
  for (const each of layout) bytes.set(each.datatype, (bytes.get(each.datatype) ?? 0) + each.bytes);
  const [most] = [...bytes].sort((a, b) => b[1] - a[1]);
  switch (most?.[0]) {
    case undefined:
    case 'FP32':
      return 'fp32';
    case 'FP16':
      return 'fp16';
    default:
      return 'original';
  }
}
