// What Teachable Machine exports, made anew: none of its models is in any package, so the same layers with random weights, put
// together as @teachablemachine/image 0.8.5 does (custom-mobilenet.ts, teachable-mobilenet.ts), saved by TensorFlow.js.
import { zipSync } from 'fflate';
import * as tfl from '@tensorflow/tfjs-layers';
import type { ImportFile } from '../../../../src/core/import/imported.ts';
import { randomize, saved } from '../tfjs-layers/saved.ts';

const { layers } = tfl;

export const imageSize = 224;
export const labels = ['cup', 'spoon', 'neither'];

type Symbolic = tfl.SymbolicTensor;

/** MobileNetV2 (arXiv 1801.04381, table 2) as keras-applications builds it, up to `out_relu`; channels are of width 0.35. */
function mobilenetV2(
  blocks: readonly (readonly [channels: number, stride: number, expansion: number])[],
): tfl.LayersModel {
  const input = tfl.input({ shape: [imageSize, imageSize, 3], name: 'input_1' });
  let x = convolved(padded(input, 'Conv1_pad'), 'Conv1', 16, 3, 2, 'valid');
  let channels = 16;
  blocks.forEach(([next, stride, expansion], i) => {
    const prefix = i === 0 ? 'expanded_conv_' : `block_${i}_`;
    const from = x;
    if (i > 0) x = convolved(x, `${prefix}expand`, channels * expansion, 1, 1, 'same', `${prefix}expand`);
    if (stride === 2) x = padded(x, `${prefix}pad`);
    x = layers
      .depthwiseConv2d({
        kernelSize: 3,
        strides: stride,
        padding: stride === 2 ? 'valid' : 'same',
        useBias: false,
        name: `${prefix}depthwise`,
      })
      .apply(x) as Symbolic;
    x = normalized(x, `${prefix}depthwise`, true);
    x = layers
      .conv2d({ filters: next, kernelSize: 1, padding: 'same', useBias: false, name: `${prefix}project` })
      .apply(x) as Symbolic;
    x = normalized(x, `${prefix}project`, false);
    if (next === channels && stride === 1)
      x = layers.add({ name: `${prefix}add` }).apply([from, x]) as Symbolic;
    channels = next;
  });
  x = convolved(x, 'Conv_1', 1280, 1, 1, 'valid', 'out');
  return tfl.model({ inputs: input, outputs: x, name: 'mobilenetv2_0.35_224' });
}

function padded(x: Symbolic, name: string): Symbolic {
  const padding: [[number, number], [number, number]] = [
    [0, 1],
    [0, 1],
  ];
  return layers.zeroPadding2d({ padding, name }).apply(x) as Symbolic;
}

function convolved(
  x: Symbolic,
  name: string,
  filters: number,
  kernelSize: number,
  strides: number,
  padding: 'same' | 'valid',
  activation = name,
): Symbolic {
  const made = layers
    .conv2d({ filters, kernelSize, strides, padding, useBias: false, name })
    .apply(x) as Symbolic;
  const normal = layers
    .batchNormalization({ epsilon: 1e-3, momentum: 0.999, name: `${name}_bn` })
    .apply(made) as Symbolic;
  return layers.reLU({ maxValue: 6, name: `${activation}_relu` }).apply(normal) as Symbolic;
}

function normalized(x: Symbolic, prefix: string, isActive: boolean): Symbolic {
  const made = layers.batchNormalization({ epsilon: 1e-3, name: `${prefix}_BN` }).apply(x) as Symbolic;
  return isActive ? (layers.reLU({ maxValue: 6, name: `${prefix}_relu` }).apply(made) as Symbolic) : made;
}

/** Some of the seventeen blocks: each kind of them. */
const blocks = [
  [8, 1, 1],
  [8, 2, 6],
  [8, 1, 6],
  [16, 2, 6],
  [32, 2, 6],
  [32, 1, 6],
  [56, 2, 6],
] as const;

function head(inputs: number): tfl.LayersModel {
  return tfl.sequential({
    layers: [
      layers.dense({ inputShape: [inputs], units: 100, activation: 'relu', useBias: true }),
      layers.dense({ units: labels.length, activation: 'softmax', useBias: false }),
    ],
  });
}

/** What the page has after training, with its truncated network. */
export function trained(): tfl.LayersModel {
  const truncated = tfl.sequential();
  truncated.add(mobilenetV2(blocks));
  truncated.add(layers.globalAveragePooling2d({}));
  const joint = tfl.sequential();
  joint.add(truncated);
  joint.add(head(1280));
  randomize(joint);
  return joint;
}

/** As the zip holds them. */
export async function exported(model: tfl.LayersModel): Promise<ImportFile[]> {
  const files = await saved(model, 2 ** 30);
  const metadata = {
    tfjsVersion: '1.3.1',
    tmVersion: '2.4.10',
    packageVersion: '0.8.4-alpha2',
    packageName: '@teachablemachine/image',
    timeStamp: '2026-05-03T12:00:00.000Z',
    userMetadata: {},
    modelName: 'tm-my-image-model',
    labels,
    imageSize,
  };
  return [...files, { path: 'metadata.json', bytes: new TextEncoder().encode(JSON.stringify(metadata)) }];
}

/** What somebody downloads: a network with weights of chance, zipped. */
export async function exportedZip(): Promise<Uint8Array<ArrayBuffer>> {
  const model = trained();
  const files = await exported(model);
  model.dispose();
  return zipSync(Object.fromEntries(files.map(({ path, bytes }) => [path, bytes])));
}
