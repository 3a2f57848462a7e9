// This page's teaching of last layers, bound to its training worker, which is looked up when it is used.
import { BridgedBlocks } from '../bridge/blocks-port.ts';
import { createLastLayers } from './last-layers.ts';
import { need } from './services.ts';
import { keepAwake } from './wake-lock.ts';

const port = () => new BridgedBlocks(need().training);

export const lastLayers = createLastLayers(
  {
    cost: (...asked) => port().cost(...asked),
    teach: (...asked) => port().teach(...asked),
    pause: () => port().pause(),
    resume: () => port().resume(),
    stop: () => port().stop(),
  },
  keepAwake,
);
