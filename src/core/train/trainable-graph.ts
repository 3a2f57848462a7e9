// A model file as training takes it: in the working opset, without branches and loops where they can be told beforehand, every
// weight an initializer, any batch size, no dropout but training's own, and what has no gradient of its own spelled out in
// operators that do, where it has such a form.
import type { Bytes } from '../artifact/digest.ts';
import { Graph, type GraphNode, operatorOf } from '../onnx/graph.ts';
import { constantsToInitializers } from '../onnx/passes/constants-to-initializers.ts';
import { decompose } from '../onnx/passes/decompose.ts';
import { inlineBodies } from '../onnx/passes/inline-bodies.ts';
import { nameNodes } from '../onnx/passes/name-nodes.ts';
import { upgrade } from '../onnx/passes/upgrade.ts';
import { freeBatch } from './free-batch.ts';
import { rules } from './gradient/rules.ts';

/** @throws HaversackError `NotOnnx`, `ModelInvalid`, `OperatorUnsupported` */
export function trainableGraph(file: Bytes): Graph {
  const whole = nameNodes(constantsToInitializers(inlineBodies(upgrade(Graph.read(file)))));
  const graph = decompose(whole, operator => !(operator in rules), leaveToTheRuntime);
  for (const node of graph.nodes) dropNothing(node);
  return freeBatch(graph);
}

/** Frozen, the runtime computes it all the same; whether it is in a gradient's way is not known before who trains what is. */
function leaveToTheRuntime(): void {}

/** A model that was exported while it trained would be judged, and would teach, by masks that the runtime draws. */
function dropNothing(node: GraphNode): void {
  if (operatorOf(node) === 'Dropout') node.inputs = node.inputs.slice(0, 2);
}
