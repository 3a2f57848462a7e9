// What is in an ONNX file, for people and for the interface that is read from it.
import type { GraphProto, ModelProto, NodeProto, ValueInfoProto } from 'onnx-buf';
import type { Bytes } from '../artifact/digest.ts';
import { HaversackError } from '../errors.ts';
import type { TensorSpec } from '../runtime/session.ts';
import { checkModel, defaultOpset } from './check.ts';
import { dataTypeName, datatypeOf } from './data-type.ts';
import { readModel } from './read.ts';
import { constantValue, nodesOf, operatorName, subgraphsOf } from './walk.ts';

export interface ModelInspection {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** `Conv` → 2; operators of other domains as `com.microsoft.QLinearAdd`. A local function counts as what it holds. */
  readonly operators: Readonly<Record<string, number>>;
  /** Elements of all weights. */
  readonly parameters: number;
  readonly bytes: number;
  /** Of the default domain. */
  readonly opset: number;
  readonly producer: string;
  /** Output → the operator that gives it its meaning, looked for through reshapes and casts: `Softmax`; `''` if none. */
  readonly outputOperators: Readonly<Record<string, string>>;
}

/** They hand on what they get: the numbers' meaning comes from before them. */
const transparent = new Set(['Identity', 'Cast', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/**
 * A shape is [] where the graph says nothing of it.
 * @throws HaversackError `NotOnnx`, `ExternalDataMissing`, `ModelInvalid`
 */
export function inspectModel(file: Bytes): ModelInspection {
  const model = readModel(file);
  checkModel(model);
  const graph = model.graph!;
  const weights = new Set(graph.initializer.map(tensor => tensor.name));
  const makers = new Map(graph.node.flatMap(node => node.output.map(name => [name, node] as const)));
  return {
    inputs: graph.input.filter(({ name }) => !weights.has(name)).map(value => specOf(value, 'Input')),
    outputs: graph.output.map(value => specOf(value, 'Output')),
    operators: countOperators(model),
    parameters: countParameters(graph),
    bytes: file.length,
    opset: defaultOpset(model),
    producer: [model.producerName, model.producerVersion].filter(part => part !== '').join(' '),
    outputOperators: Object.fromEntries(graph.output.map(({ name }) => [name, maker(makers, name)])),
  };
}

/** @throws HaversackError `ModelInvalid` for what is no tensor, or of a datatype without a name */
export function specOf({ name, type }: ValueInfoProto, role: 'Input' | 'Output'): TensorSpec {
  const value = type?.value;
  if (value?.case !== 'tensorType') {
    const kind = value?.case?.replace('Type', '') ?? 'something without a type';
    const hint = role === 'Output' ? ' (scikit-learn models: export with zipmap=False)' : '';
    throw new HaversackError('ModelInvalid', `${role} '${name}' is no tensor but a ${kind}${hint}.`);
  }
  const datatype = datatypeOf(value.value.elemType);
  if (datatype === null) {
    const got = dataTypeName(value.value.elemType);
    throw new HaversackError('ModelInvalid', `${role} '${name}' is ${got}, which no client can send.`);
  }
  const shape = (value.value.shape?.dim ?? []).map(dim =>
    dim.value.case === 'dimValue' && dim.value.value >= 0n ? Number(dim.value.value) : -1,
  );
  return { name, datatype, shape };
}

function countOperators(model: ModelProto): Record<string, number> {
  const locals = new Map(model.functions.map(local => [`${local.domain}.${local.name}`, local]));
  const counts: Record<string, number> = {};
  for (const nodes of [model.graph!.node, ...model.functions.map(local => local.node)]) {
    for (const node of nodesOf(nodes)) {
      if (locals.has(`${node.domain}.${node.opType}`)) continue;
      const name = operatorName(node);
      counts[name] = (counts[name] ?? 0) + 1;
    }
  }
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** INT64, BOOL and STRING tensors are indices, shapes and names: no weights. */
function countParameters(graph: GraphProto): number {
  let count = 0;
  const add = (dataType: number, dims: readonly bigint[]) => {
    if (!['INT64', 'BOOL', 'BYTES'].includes(datatypeOf(dataType) ?? '')) {
      count += Number(dims.reduce((product, dim) => product * dim, 1n));
    }
  };
  for (const { dataType, dims } of graph.initializer) add(dataType, dims);
  for (const node of graph.node) {
    const constant = constantValue(node);
    if (constant) add(constant.dataType, constant.dims);
    for (const nested of subgraphsOf(node)) count += countParameters(nested);
  }
  return count;
}

function maker(makers: ReadonlyMap<string, NodeProto>, output: string): string {
  let name = output;
  // A graph without cycles has no longer way back than it has names.
  for (let steps = 0; steps <= makers.size; steps++) {
    const node = makers.get(name);
    if (!node) return '';
    const operator = operatorName(node);
    if (!transparent.has(operator)) return operator;
    name = node.input[0] ?? '';
  }
  return '';
}
