// Last blocks' side of the worker's surface. They learn as a training run does: one at a time, and paused and stopped alike.
import { answer } from './answer.ts';
import type { BlocksApi } from './blocks-protocol.ts';
import { database } from './database.ts';
import { quietly, releasing } from './page-proxy.ts';
import { controlled } from './training-api.ts';

export const blocks: BlocksApi = {
  blocksCost: (project, changes) =>
    answer(
      () =>
        controlled(async control => {
          const { costOf } = await import('./project-blocks.ts');
          return costOf(await database(), project, changes, control);
        }),
      'TrainingImpossible',
    ),

  teachBlocks: (project, changes, onProgress) =>
    answer(
      () =>
        releasing(onProgress, () =>
          controlled(async control => {
            const { teachProjectBlocks } = await import('./project-blocks.ts');
            return teachProjectBlocks(await database(), project, changes, control, quietly(onProgress));
          }),
        ),
      'TrainingImpossible',
    ),
};
