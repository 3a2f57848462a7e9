// What `haversack demo add teach` brings: a network that has seen many things, from which a few photos make a classifier.
import type { Imported, ImportFile } from '../../src/core/import/imported.ts';
import { withPixels } from '../../src/core/import/pixels.ts';
import { importGraphModel } from '../../src/core/import/tfjs-graph/import-graph-model.ts';
import { z } from '../../src/core/zod.ts';
import { embeddingTag } from '../../src/core/teach/embedding-tag.ts';
import { type DemoModel, humanModels } from './demo-model.ts';

const topologyFile = 'models/nanodet.json';

/** The last feature map of the backbone; what comes behind it finds boxes. */
const backboneEnd = 'PartitionedCall/onnx_tf_prefix_Concat_62';
const inputNode = 'input_1';
/**
 * Pixels of a side. It was trained on scenes at 416, in which things are a part of what is seen; a photo that shows one thing
 * needs no more than this, and a quarter of the time.
 */
const side = 224;

const topologySchema = z.looseObject({
  modelTopology: z.looseObject({
    node: z.array(z.looseObject({ name: z.string(), attr: z.looseObject({}).optional() })),
  }),
});

/** The backbone alone. Its pixels go from 0 to 1, in RGB, as the package's own library has them (human 3.3, `object/nanodet.ts`). */
function make(files: readonly ImportFile[]): Imported {
  const file = files.find(({ path }) => path === topologyFile)!;
  const json = topologySchema.parse(JSON.parse(new TextDecoder().decode(file.bytes)));
  const shape = { dim: [-1, 3, side, side].map(size => ({ size: String(size) })) };
  const node = json.modelTopology.node.map(each =>
    each.name === inputNode ? { ...each, attr: { ...each.attr, shape: { shape } } } : each,
  );
  const cut = {
    ...json,
    modelTopology: { ...json.modelTopology, node },
    signature: {
      inputs: { [inputNode]: { name: inputNode, tensorShape: shape } },
      outputs: { [backboneEnd]: { name: backboneEnd } },
    },
  };
  const bytes = new TextEncoder().encode(JSON.stringify(cut));
  const weights = files.filter(({ path }) => path !== topologyFile);
  const imported = importGraphModel([{ path: topologyFile, bytes }, ...weights]);
  return { ...imported, interface: withPixels(imported.interface, [0, 1])! };
}

export const teachBase: DemoModel = {
  model: 'teach-base',
  tag: embeddingTag,
  files: [topologyFile, 'models/nanodet.bin'],
  origin: 'The backbone of NanoDet',
  terms: [
    `${topologyFile} of ${humanModels.name} ${humanModels.version} (npm): NanoDet on ShuffleNetV2, which finds 80 kinds of things in photos (COCO).`,
    'The package is under the MIT licence, © 2021 Vladimir Mandic.',
    'The network is by github.com/RangiLyu/nanodet, under the Apache License 2.0, © 2020-2021 RangiLyu.',
    'Where the package is not installed, npm fetches its 145 MB once; 8 MB of them are kept.',
  ],
  make,
};
