// A TensorFlow.js graph model (`model.json` of format `graph-model`, and its shards) as ONNX: images go through it with
// channels first, and come and go as they did in the original.
import { HaversackError } from '../../errors.ts';
import { inspectModel } from '../../onnx/inspect.ts';
import { interfaceOf } from '../../onnx/interface.ts';
import type { Imported, ImportFile } from '../imported.ts';
import { isJson } from '../json-of.ts';
import { quantizationNotes, readWeights } from '../tfjs-weights.ts';
import { Evaluator } from './evaluate.ts';
import { settleBatch } from './batch.ts';
import { finish } from './finish.ts';
import { dataInputs, type GraphModel, type NodeDef, readGraphModel } from './graph-def.ts';
import { NodeContext } from './node-context.ts';
import { Value } from './value.ts';
import { Writer } from './writer.ts';

/**
 * Inputs and outputs have the names of the original's nodes, its layout and its sizes; the first dimension is free where
 * every output has as many rows as come in. Weights that were stored in fewer bits become FP32.
 * @param files `model.json` and its shards, named as it names them; where several files end in `.json`, the one that says so
 * @throws HaversackError `OperatorUnsupported` (operator and node), `ImportImpossible`, `ExternalDataMissing`, `TooLarge`
 */
export function importGraphModel(files: readonly ImportFile[]): Imported {
  const file = graphFile(files);
  const model = readGraphModel(file.bytes);
  const weights = readWeights(model.weights, files, file.path.slice(0, file.path.lastIndexOf('/') + 1));
  const writer = new Writer();
  writer.graph.name = 'main';
  const outputs = model.outputs ?? leaves(model);
  for (const name of outputs) writer.graph.claim(outputName(name));
  const evaluator = new Evaluator(model, weights, writer, node => placeholder(model, node, writer));
  const values = outputs.map(name => [outputName(name), evaluator.value(name)] as const);
  const graph = finish(writer, values);
  const notes = [...quantizationNotes(model.weights), ...settleBatch(graph)];
  const bytes = graph.toBytes();
  return {
    format: 'tfjs-graph',
    model: bytes,
    interface: interfaceOf(inspectModel(bytes)),
    labels: null,
    notes,
  };
}

function graphFile(files: readonly ImportFile[]): ImportFile {
  const named = files.filter(({ path }) => isJson(path));
  const found = named.length === 1 ? named[0] : named.find(file => saysGraphModel(file));
  if (found) return found;
  throw new HaversackError('ImportImpossible', 'there is no model.json of a graph model');
}

function saysGraphModel({ bytes }: ImportFile): boolean {
  try {
    const json = JSON.parse(new TextDecoder().decode(bytes)) as { readonly format?: unknown } | null;
    return json?.format === 'graph-model';
  } catch {
    return false;
  }
}

/** Without `:0`, as TensorFlow.js names it. */
function outputName(reference: string): string {
  return reference.replace(/:0$/, '');
}

/** Where there is no signature: what nobody reads (tfjs-converter 4.22, operation_mapper.ts). */
function leaves({ nodes }: GraphModel): string[] {
  const read = new Set([...nodes.values()].flatMap(node => dataInputs(node).map(({ node: from }) => from)));
  const nothing = new Set(['Placeholder', 'Const', 'NoOp', 'Assert']);
  return [...nodes.values()]
    .filter(({ name, op }) => !read.has(name) && !nothing.has(op))
    .map(({ name }) => name);
}

function placeholder(model: GraphModel, node: NodeDef, writer: Writer): Value {
  const context = new NodeContext(node, [], writer);
  const declared = context.shape('shape');
  const signed = model.inputShapes.get(node.name);
  const shape =
    signed?.length === declared.length ? declared.map((size, i) => (size < 0 ? signed[i]! : size)) : declared;
  if (node.attr['shape']?.shape?.unknownRank) context.unsupported('the number of its axes is open');
  const datatype = context.datatype('dtype');
  const isByte = context.type('dtype') === 'DT_UINT8';
  writer.graph.claim(node.name);
  writer.graph.inputs.push({ name: node.name, datatype: isByte ? 'UINT8' : datatype, shape });
  const plain = isByte ? writer.cast(node.name, node.name, 'INT32') : node.name;
  return new Value({ name: node.name, datatype, shape, plain });
}
