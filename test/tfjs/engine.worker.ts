// Trains the blobs where there is no document, and answers what ran and how well it learnt.
import { createTfjsEngine } from '../../src/tfjs/engine.ts';
import { blobJob, freeRunning } from './blobs.ts';

async function run(): Promise<unknown> {
  const engine = await createTfjsEngine();
  let accuracy = 0;
  const { backend } = await engine.train(await blobJob(), freeRunning, progress => {
    accuracy = progress.validationAccuracy ?? 0;
  });
  return { backend, accuracy };
}

postMessage(await run().catch((error: unknown) => ({ error: String(error) })));
