// Last blocks' side of the worker's surface. They learn as a training run does: one at a time, and paused and stopped alike.
import { answer } from './answer.ts';
import type { BlocksApi } from './blocks-protocol.ts';
import { database } from './database.ts';
import { quietly, releasing } from './page-proxy.ts';
import { controlled } from './training-api.ts';

export const blocks: BlocksApi = {
  blocksCost: (project, changes) =>
    answer(async () => {
      const { costOf } = await import('./project-blocks.ts');
      return controlled(async control => costOf(await database(), project, changes, control));
    }, 'TrainingImpossible'),

  teachBlocks: (project, changes, onProgress) =>
    answer(async () => {
      const { teachProjectBlocks } = await import('./project-blocks.ts');
      const tell = quietly(onProgress);
      return releasing(onProgress, () =>
        controlled(async control => teachProjectBlocks(await database(), project, changes, control, tell)),
      );
    }, 'TrainingImpossible'),
};
