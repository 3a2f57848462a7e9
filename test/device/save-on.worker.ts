// Leaves one state after the other, until it is killed. Says which is kept once it is.
import { saveCheckpoint } from '../../src/device/checkpoints.ts';
import { openHaversackDB } from '../../src/device/db.ts';
import { runOf, stateAt } from './runs.ts';

self.onmessage = async ({ data }: MessageEvent<{ name: string; from: number; length: number }>) => {
  const db = await openHaversackDB({ name: data.name });
  for (let step = data.from; ; step++) {
    await saveCheckpoint(db, runOf('c'), stateAt(step, data.length));
    self.postMessage(step);
  }
};
