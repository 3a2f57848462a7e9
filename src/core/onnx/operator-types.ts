// Which operators an ONNX file uses, by name: a walk over the wire format for where reading the whole model is too slow.
import type { Bytes } from '../artifact/digest.ts';
import { asOnnx } from './layout.ts';
import { WireError, WireReader, wireType } from './wire.ts';

// Field numbers of onnx.proto (ONNX 1.20).
const model = { graph: 7, functions: 25 } as const;
const graph = { node: 1 } as const;
const functionProto = { node: 7 } as const;
const node = { opType: 4, attribute: 5 } as const;
const attribute = { graph: 6, graphs: 11 } as const;

/** Graphs in graphs; the runtime refuses such a model long before. */
const maxDepth = 64;

/**
 * Of the graph, its subgraphs and the model's own functions.
 * @throws HaversackError `NotOnnx`
 */
export function operatorTypes(file: Bytes): Set<string> {
  const found = new Set<string>();
  asOnnx(file, () => {
    for (const part of messages(new WireReader(file), model.graph, model.functions)) {
      addNodes(found, part.message, part.field === model.graph ? graph.node : functionProto.node, 0);
    }
  });
  return found;
}

function addNodes(found: Set<string>, reader: WireReader, nodeField: number, depth: number): void {
  if (depth > maxDepth) throw new WireError(`more than ${maxDepth} graphs in one another`);
  for (const { message } of messages(reader, nodeField)) {
    for (const part of messages(message, node.opType, node.attribute)) {
      if (part.field === node.opType) found.add(part.text());
      else {
        for (const inner of messages(part.message, attribute.graph, attribute.graphs)) {
          addNodes(found, inner.message, graph.node, depth + 1);
        }
      }
    }
  }
}

interface Part {
  readonly field: number;
  readonly message: WireReader;
  readonly text: () => string;
}

/** The length-delimited fields with these numbers. */
function* messages(reader: WireReader, ...fields: readonly number[]): Generator<Part> {
  while (reader.next()) {
    if (reader.type !== wireType.delimited || !fields.includes(reader.field)) continue;
    yield { field: reader.field, message: reader.message(), text: () => reader.text() };
  }
}
