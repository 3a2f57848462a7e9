// Fifty steps of every known result on WebGPU, held against Node's: the long form of `hosts.browser.test.ts`.
import { test } from 'vitest';
import { fiftySteps } from './fifty-steps.ts';
import { expectNodesWeights } from './hosts.ts';

test.each(fiftySteps)('$net, fifty steps of: $task, on WebGPU', { timeout: 1_200_000 }, ({ task }) =>
  expectNodesWeights(task, 'webgpu'),
);
