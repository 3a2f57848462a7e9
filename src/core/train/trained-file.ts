// A model with the weights that training ended with: the file as it was, where it can take them in place.
import type { Bytes } from '../artifact/digest.ts';
import type { Graph } from '../onnx/graph.ts';
import { tensorLayout } from '../onnx/layout.ts';
import { patchInitializers } from '../onnx/patch.ts';
import type { Tensor } from '../tensor.ts';

/**
 * Where every weight lies in the file as one run of bytes, everything around them stays, so that only the chunks that
 * hold them change. Else (weights stored as lists of numbers) it is the graph that was trained.
 * @param model what `trainableGraph` made of the file
 */
export function trainedFile(file: Bytes, model: Graph, weights: ReadonlyMap<string, Tensor>): Bytes {
  const places = new Map(tensorLayout(file).map(place => [place.name, place]));
  const fits = [...weights].every(([name, { datatype, shape }]) => {
    const place = places.get(name);
    return place?.datatype === datatype && place.dims.join() === shape.join();
  });
  if (fits) return patchInitializers(file, weights);
  const graph = model.copy();
  for (const [name, tensor] of weights) graph.initializers.set(name, tensor);
  return graph.toBytes();
}
