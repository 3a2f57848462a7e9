// A graph's nodes, inputs and outputs from onnx-buf's messages and back; what they have no field for goes along.
import { create } from '@bufbuild/protobuf';
import { type NodeProto, NodeProtoSchema, type ValueInfoProto } from 'onnx-buf';
import { attributeValue } from './attributes.ts';
import { attributeProto, valueInfo } from './build.ts';
import type { GraphNode, ValueSpec } from './graph-node.ts';
import { specOf } from './inspect.ts';
import { shallowCopy } from './stored-tensor.ts';

/** Where a node, input or output came from, to write back what this class has no field for. */
const nodeProtos = new WeakMap<GraphNode, NodeProto>();
const valueProtos = new WeakMap<ValueSpec, ValueInfoProto>();

export function nodeOf(proto: NodeProto): GraphNode {
  const node: GraphNode = {
    name: proto.name,
    op: proto.opType,
    domain: proto.domain === 'ai.onnx' ? '' : proto.domain,
    inputs: [...proto.input],
    outputs: [...proto.output],
    attributes: Object.fromEntries(
      proto.attribute.map(attribute => [attribute.name, attributeValue(attribute)]),
    ),
  };
  nodeProtos.set(node, proto);
  return node;
}

export function copyNode(node: GraphNode): GraphNode {
  const copy = { ...node, inputs: [...node.inputs], outputs: [...node.outputs] };
  const proto = nodeProtos.get(node);
  if (proto) nodeProtos.set(copy, proto);
  return copy;
}

export function nodeProto(node: GraphNode): NodeProto {
  const original = nodeProtos.get(node);
  const proto = original ? shallowCopy(original) : create(NodeProtoSchema);
  proto.name = node.name;
  proto.opType = node.op;
  proto.domain = node.domain;
  proto.input = node.inputs;
  proto.output = node.outputs;
  proto.attribute = Object.entries(node.attributes).map(([name, value]) => attributeProto(name, value));
  return proto;
}

export function valueSpec(proto: ValueInfoProto, role: 'Input' | 'Output'): ValueSpec {
  const spec = specOf(proto, role);
  valueProtos.set(spec, proto);
  return spec;
}

export function valueProto(spec: ValueSpec): ValueInfoProto {
  return valueProtos.get(spec) ?? valueInfo(spec.name, spec.datatype, spec.shape);
}
