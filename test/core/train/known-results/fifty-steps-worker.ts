// Fifty steps in a worker. Its name says how many cores the runtime is to find; none: as many as there are.
import { expose } from 'comlink';
import type { WebProvider } from '../../../../src/worker/ort.ts';

if (self.name !== '') {
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: Number(self.name) });
}

const surface = {
  async weightsAfter(task: string, provider: WebProvider): Promise<Map<string, Float32Array>> {
    // The runtime counts cores when it is imported.
    const [{ weightsAfter }, { web }] = await Promise.all([
      import('./fifty-steps.ts'),
      import('./web-machine.ts'),
    ]);
    return weightsAfter(task, web(provider));
  },
};
export type FiftyStepsSurface = typeof surface;
expose(surface);
