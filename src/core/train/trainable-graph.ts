// A model file as training takes it: in the working opset, every weight an initializer, any batch size.
import type { Bytes } from '../artifact/digest.ts';
import { Graph } from '../onnx/graph.ts';
import { constantsToInitializers } from '../onnx/passes/constants-to-initializers.ts';
import { nameNodes } from '../onnx/passes/name-nodes.ts';
import { upgrade } from '../onnx/passes/upgrade.ts';

/** @throws HaversackError `NotOnnx`, `ModelInvalid`, `OperatorUnsupported` */
export function trainableGraph(file: Bytes): Graph {
  const graph = nameNodes(constantsToInitializers(upgrade(Graph.read(file))));
  graph.inputs = graph.inputs.map(spec => {
    return spec.shape.length > 0 ? { ...spec, shape: spec.shape.with(0, -1) } : spec;
  });
  return graph;
}
