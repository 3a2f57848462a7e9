// The ML worker: one script for serving and for training, which load what they need when they are called.
import { expose } from 'comlink';
import { answerPredictions } from './predict-port.ts';
import type { WorkerApi } from './protocol.ts';
import { predict, serving } from './serving.ts';
import { training } from './training-api.ts';

answerPredictions(predict);
expose({ ...serving, ...training } satisfies WorkerApi);
