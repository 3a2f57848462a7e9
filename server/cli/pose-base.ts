// What `haversack demo add poses` brings: a network that finds a person's joints, from whose places postures are told apart.
import { importGraphModel } from '../../src/core/import/tfjs-graph/import-graph-model.ts';
import { withPixels } from '../../src/core/import/pixels.ts';
import { type DemoModel, humanModels } from './demo-model.ts';

const topologyFile = 'models/movenet-lightning.json';

export const poseBase: DemoModel = {
  model: 'poses',
  tag: 'pose',
  files: [topologyFile, 'models/movenet-lightning.bin'],
  origin: 'MoveNet, SinglePose Lightning',
  terms: [
    `${topologyFile} of ${humanModels.name} ${humanModels.version} (npm): MoveNet SinglePose Lightning, which finds 17 joints of one person.`,
    'The package is under the MIT licence, © 2021 Vladimir Mandic.',
    'The network is by Google (TensorFlow Hub, movenet/singlepose/lightning), under the Apache License 2.0.',
    'Where the package is not installed, npm fetches its 145 MB once; 5 MB of them are kept.',
  ],
  // Its pixels go from 0 to 255, in RGB, as TensorFlow Hub's page of the model says.
  make(files) {
    const imported = importGraphModel(files);
    return { ...imported, interface: withPixels(imported.interface, [0, 255])! };
  },
};
