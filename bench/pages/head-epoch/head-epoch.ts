// Hands the bench's calls on to the worker that fine-tunes heads.
import { wrap } from 'comlink';
import type { HeadModel, Prefix } from '../../heads/head-run.ts';
import type { WebProvider } from '../../../src/worker/ort.ts';
import type { HeadWorker } from './head-worker.ts';

declare global {
  interface Window {
    /** Seconds an epoch, from the second on. */
    headEpochs: (model: HeadModel, prefix: Prefix, provider: WebProvider) => Promise<number[]>;
  }
}

const worker = new Worker(new URL('./head-worker.ts', import.meta.url), { type: 'module' });
const remote = wrap<HeadWorker>(worker);
window.headEpochs = (model, prefix, provider) => remote.epochs(model, prefix, provider);
