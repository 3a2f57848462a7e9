// A model file as training takes it: in the working opset, without branches and loops where they can be told beforehand, every
// weight an initializer, any batch size, and what has no gradient of its own spelled out in operators that do.
import type { Bytes } from '../artifact/digest.ts';
import { Graph } from '../onnx/graph.ts';
import { constantsToInitializers } from '../onnx/passes/constants-to-initializers.ts';
import { decompose } from '../onnx/passes/decompose.ts';
import { inlineBodies } from '../onnx/passes/inline-bodies.ts';
import { nameNodes } from '../onnx/passes/name-nodes.ts';
import { upgrade } from '../onnx/passes/upgrade.ts';
import { rules } from './gradient/rules.ts';

/** @throws HaversackError `NotOnnx`, `ModelInvalid`, `OperatorUnsupported` */
export function trainableGraph(file: Bytes): Graph {
  const whole = nameNodes(constantsToInitializers(inlineBodies(upgrade(Graph.read(file)))));
  const graph = decompose(whole, operator => !(operator in rules));
  graph.inputs = graph.inputs.map(spec => {
    return spec.shape.length > 0 ? { ...spec, shape: spec.shape.with(0, -1) } : spec;
  });
  return graph;
}
