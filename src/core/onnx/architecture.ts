// What a model is without what it learned: the digest two versions share when one was trained from the other, unless it
// keeps what it learned apart from the weights (`low-rank.ts`).
import type { ModelProto } from 'onnx-buf';
import { type Bytes, type Digest, sha256 } from '../artifact/digest.ts';
import { readModel } from './read.ts';
import { allGraphs, allNodes, allTensors } from './walk.ts';
import { writeModel } from './write.ts';

/**
 * SHA-256 of the model with every tensor's elements removed. Names, types, shapes, attributes and opsets stay; what only
 * describes (documentation, producer, metadata) goes, and so does the way elements were stored.
 * @throws HaversackError `NotOnnx`
 */
export async function architectureDigest(file: Bytes): Promise<Digest> {
  const model = readModel(file);
  removeElements(model);
  removeDescriptions(model);
  return sha256(writeModel(model));
}

function removeElements(model: ModelProto): void {
  for (const { tensor } of allTensors(model)) {
    tensor.rawData = new Uint8Array();
    tensor.floatData = [];
    tensor.int32Data = [];
    tensor.int64Data = [];
    tensor.doubleData = [];
    tensor.uint64Data = [];
    tensor.stringData = [];
    tensor.externalData = [];
    tensor.dataLocation = 0;
    tensor.docString = '';
    tensor.metadataProps = [];
  }
}

function removeDescriptions(model: ModelProto): void {
  model.producerName = '';
  model.producerVersion = '';
  model.docString = '';
  model.domain = '';
  model.modelVersion = 0n;
  model.metadataProps = [];
  for (const local of model.functions) {
    local.docString = '';
    local.metadataProps = [];
  }
  for (const graph of allGraphs(model)) {
    graph.docString = '';
    graph.metadataProps = [];
    for (const value of [...graph.input, ...graph.output, ...graph.valueInfo]) {
      value.docString = '';
      value.metadataProps = [];
    }
  }
  for (const node of allNodes(model)) {
    node.docString = '';
    node.metadataProps = [];
    for (const attribute of node.attribute) attribute.docString = '';
  }
}
