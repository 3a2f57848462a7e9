// A model of the library as embeddings are taken from it: in the working opset, so that what is put before and behind it can
// be written in the same.
import type { Bytes } from '../artifact/digest.ts';
import { Graph } from '../onnx/graph.ts';
import { constantsToInitializers } from '../onnx/passes/constants-to-initializers.ts';
import { nameNodes } from '../onnx/passes/name-nodes.ts';
import { upgrade } from '../onnx/passes/upgrade.ts';

/** Operators stay as they are, fused ones too: nothing is trained here. @throws HaversackError `NotOnnx`, `ModelInvalid` */
export function libraryGraph(model: Bytes): Graph {
  return nameNodes(constantsToInitializers(upgrade(Graph.read(model))));
}
