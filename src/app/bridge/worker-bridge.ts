// A page of the app and its own ML worker, whose script the bundler finds here.
import { type CreateWorker, WorkerOwner, type WorkerRole } from './worker-owner.ts';

export { stopGraceMs, type WorkerRole } from './worker-owner.ts';

export interface BridgeOptions {
  readonly createWorker?: CreateWorker;
  readonly idleMs?: number;
}

export class WorkerBridge extends WorkerOwner {
  constructor(role: WorkerRole, { createWorker = createMlWorker, idleMs }: BridgeOptions = {}) {
    super(role, createWorker, idleMs);
  }
}

/** Spelled out twice: the bundler finds workers by this very form. */
function createMlWorker(role: WorkerRole): Worker {
  switch (role) {
    case 'serving':
      return new Worker(new URL('../../worker/main.ts', import.meta.url), {
        type: 'module',
        name: 'haversack-serving',
      });
    case 'training':
      return new Worker(new URL('../../worker/main.ts', import.meta.url), {
        type: 'module',
        name: 'haversack-training',
      });
  }
}
