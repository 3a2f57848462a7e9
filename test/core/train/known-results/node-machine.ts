// ONNX Runtime in Node, as recipes are carried out on it.
import { openNodeSession } from '../../../../server/inference/session.ts';
import { memoryStepHost } from '../../../../src/core/runtime/step-host.ts';
import type { Machine } from './learn.ts';

export const node: Machine = {
  openStepHost: () => Promise.resolve(memoryStepHost('cpu', openNodeSession)),
  openSession: openNodeSession,
};
