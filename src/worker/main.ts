// The ML worker: one script for serving, for training and for what is taught by showing. All of them load what they need
// when they are called.
import { expose } from 'comlink';
import { blocks } from './blocks-api.ts';
import { answerPredictions } from './predict-port.ts';
import type { WorkerApi } from './protocol.ts';
import { openProjects, projects } from './project-api.ts';
import { predict, serving } from './serving.ts';
import { training } from './training-api.ts';

answerPredictions(predict);
const openCount = async () => (await serving.openCount()) + openProjects();
expose({ ...serving, ...training, ...projects, ...blocks, openCount } satisfies WorkerApi);
