// onnx-buf's messages as an ONNX file: fields in the order of their numbers, so that the same model gives the same bytes.
// Weights are copied once, into the file: the general writer copies them once for each message they are nested in.
import { clearField, type DescMessage, type Message, type MessageShape, toBinary } from '@bufbuild/protobuf';
import {
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from 'onnx-buf';
import type { Bytes } from '../artifact/digest.ts';
import { shallowCopy } from './stored-tensor.ts';
import { wireType } from './wire.ts';

/** Field numbers of onnx.proto. */
const fields = { graphOfModel: 7, initializerOfGraph: 5, rawDataOfTensor: 9 } as const;

/** Smaller ones are not worth a piece of their own. */
const minPieceBytes = 4096;

export function writeModel(model: ModelProto): Bytes {
  const { graph } = model;
  if (!graph) return toBinary(ModelProtoSchema, model);
  const { before, after } = around(ModelProtoSchema, model, fields.graphOfModel);
  return join([before, ...field(fields.graphOfModel, graphPieces(graph)), after]);
}

function graphPieces(graph: GraphProto): Bytes[] {
  const { before, after } = around(GraphProtoSchema, graph, fields.initializerOfGraph);
  const tensors = graph.initializer.flatMap(tensor => field(fields.initializerOfGraph, tensorPieces(tensor)));
  return [before, ...tensors, after];
}

function tensorPieces(tensor: TensorProto): Bytes[] {
  if (tensor.rawData.length < minPieceBytes) return [toBinary(TensorProtoSchema, tensor)];
  const { before, after } = around(TensorProtoSchema, tensor, fields.rawDataOfTensor);
  return [before, ...field(fields.rawDataOfTensor, [tensor.rawData]), after];
}

/** The message without one field, in two parts: what is written before that field, and what after. */
function around<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
  number: number,
): { before: Bytes; after: Bytes } {
  const part = (isKept: (other: number) => boolean): MessageShape<D> => {
    const copy = shallowCopy(message);
    for (const other of schema.fields) if (!isKept(other.number)) clearField(copy, other);
    return copy;
  };
  const before: Message & MessageShape<D> = part(other => other < number);
  // Unknown fields are written last.
  delete before.$unknown;
  return {
    before: toBinary(schema, before),
    after: toBinary(
      schema,
      part(other => other > number),
    ),
  };
}

function field(number: number, content: readonly Bytes[]): Bytes[] {
  const length = content.reduce((sum, piece) => sum + piece.length, 0);
  return [Uint8Array.from([...varint(number * 8 + wireType.delimited), ...varint(length)]), ...content];
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return [...bytes, value];
}

function join(pieces: readonly Bytes[]): Bytes {
  const file = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    file.set(piece, at);
    at += piece.length;
  }
  return file;
}
