// The ML worker: one script for serving and for training, which load what they need when they are called.
import { expose } from 'comlink';
import type { WorkerApi } from './protocol.ts';
import { serving } from './serving.ts';
import { training } from './training-api.ts';

expose({ ...serving, ...training } satisfies WorkerApi);
