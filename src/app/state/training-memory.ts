// What a run would take of this device's memory, as the training worker estimates it.
import type { MemoryPlan } from '../../core/train/fit-batch.ts';
import type { TrainRequest } from '../../worker/protocol.ts';
import { BridgedTraining } from '../bridge/training-port.ts';
import { need } from './services.ts';

/** Null where it is not known: another engine, or something that a run would fail at anyway. */
export async function memoryOf(request: TrainRequest): Promise<MemoryPlan | null> {
  const estimated = await new BridgedTraining(need().training).estimate(request);
  return estimated.ok ? estimated.value : null;
}
