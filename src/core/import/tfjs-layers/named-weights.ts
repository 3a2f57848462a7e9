// Which weights are whose: stored names are `layer/kernel`, with the model's or a cell's name in between at times.
import { HaversackError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
import type { Weight } from './layouts.ts';

export type NamedWeights = ReadonlyMap<string, ReadonlyMap<string, Weight>>;

/**
 * Layer → part → values.
 * @throws HaversackError `ImportImpossible` for a weight that is no FP32
 */
export function weightsByLayer(weights: ReadonlyMap<string, Tensor>): NamedWeights {
  const byLayer = new Map<string, Map<string, Weight>>();
  for (const [name, { datatype, shape, data }] of weights) {
    // Keras adds the number of the output, `:0`.
    const tokens = name.replace(/:\d+$/, '').split('/');
    const part = tokens.pop()!;
    if (!(data instanceof Float32Array)) {
      throw new HaversackError('ImportImpossible', `weight '${name}' is ${datatype}; a layer's are FP32`);
    }
    // The innermost name that is a layer's wins; the others are of models around it, which have no weights themselves.
    for (const layer of new Set(tokens)) {
      const parts = byLayer.get(layer) ?? new Map<string, Weight>();
      byLayer.set(layer, parts.set(part, { shape, data }));
    }
  }
  return byLayer;
}
