// New weights in an old file: overwritten in place, so that every byte around them, the layout and all other chunks stay.
import type { Bytes } from '../artifact/digest.ts';
import { HaversackError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import { bytesOfTensor, fitsItsShape } from '../tensor-bytes.ts';
import { datatypeOf } from './data-type.ts';
import { tensorLayout, type TensorLocation } from './layout.ts';
import { readModel } from './read.ts';
import { tensorOf } from './tensor-proto.ts';
import { constantValue } from './walk.ts';

/**
 * A copy of the file with the elements of these weights replaced. Names as in `tensorLayout`; shapes must agree.
 * @throws HaversackError `NotOnnx`, `ModelInvalid` (a name that is not there, another datatype or shape)
 */
export function patchInitializers(file: Bytes, weights: ReadonlyMap<string, Tensor>): Bytes {
  const locations = new Map<string, TensorLocation>();
  for (const location of tensorLayout(file)) {
    if (locations.has(location.name) && weights.has(location.name)) {
      throw new HaversackError('ModelInvalid', `Two weights are named '${location.name}'.`);
    }
    locations.set(location.name, location);
  }
  const patched = new Uint8Array(file);
  for (const [name, tensor] of weights) {
    patched.set(bytesOfTensor(tensor), offsetFor(name, tensor, locations.get(name)));
  }
  return patched;
}

function offsetFor(name: string, tensor: Tensor, location: TensorLocation | undefined): number {
  if (!location) {
    throw new HaversackError('ModelInvalid', `The file has no weight '${name}' whose bytes lie in one run.`);
  }
  const got = `${tensor.datatype} [${tensor.shape.join(', ')}] of ${tensor.data.length} elements`;
  const wanted = `${location.datatype} [${location.dims.join(', ')}]`;
  const agrees =
    tensor.datatype === location.datatype &&
    tensor.shape.length === location.dims.length &&
    tensor.shape.every((dim, i) => dim === location.dims[i]) &&
    fitsItsShape(tensor);
  if (!agrees) throw new HaversackError('ModelInvalid', `Weight '${name}' is ${wanted}, got ${got}.`);
  return location.offset;
}

/**
 * The weights of the main graph by name (initializers, and `Constant` nodes by their output), copied; only those in
 * `names` where given. Without `names`, weights whose datatype the protocol cannot name are left out.
 * @throws HaversackError `NotOnnx`, `ExternalDataMissing`, `ModelInvalid` (also for a name that is not there)
 */
export function readInitializers(file: Bytes, names?: Iterable<string>): Map<string, Tensor> {
  const graph = readModel(file).graph!;
  const wanted = names ? new Set(names) : null;
  const found = new Map<string, Tensor>();
  for (const proto of graph.initializer) add(proto.name, proto);
  for (const node of graph.node) {
    const proto = constantValue(node);
    if (proto && node.output[0]) add(node.output[0], proto);
  }
  const missing = [...(wanted ?? [])].filter(name => !found.has(name));
  if (missing.length > 0) {
    throw new HaversackError('ModelInvalid', `The file has no weight '${missing.join("', '")}'.`);
  }
  return found;

  function add(name: string, proto: Parameters<typeof tensorOf>[0]): void {
    if (wanted ? wanted.has(name) : datatypeOf(proto.dataType) !== null)
      found.set(name, tensorOf(proto, name));
  }
}
