// Running statistics of batch normalization, which follow the batches' own in each step; those of one momentum side by side.
import type { Graph } from '../onnx/graph.ts';
import type { RunningStatistic } from './batch-statistics.ts';
import type { Tape } from './gradient/tape.ts';
import { fillSlots, layOut, type Layout, membersOf } from './slot-layout.ts';
import { addSlotInput, joinForSlot } from './slots-in-graph.ts';
import type { Carried } from './update-step.ts';

export interface Following {
  readonly layout: Layout;
  readonly carried: readonly Carried[];
}

/**
 * running ← m · running + (1 − m) · batch's  (BatchNormalization 15)
 * @param model with the initializers that they start from
 */
export function followBatches(tape: Tape, model: Graph, running: readonly RunningStatistic[]): Following {
  const momenta = [...new Set(running.map(({ momentum }) => momentum))];
  const parts = momenta.map(momentum =>
    followAtOnce(
      tape,
      model,
      momentum,
      running.filter(each => each.momentum === momentum),
    ),
  );
  return {
    layout: new Map(parts.flatMap(({ layout }) => [...layout])),
    carried: parts.flatMap(({ carried }) => carried),
  };
}

function followAtOnce(
  tape: Tape,
  model: Graph,
  momentum: number,
  running: readonly RunningStatistic[],
): Following {
  const initial = new Map(running.map(({ name }) => [name, model.initializers.get(name)!]));
  const named = Array.from(initial, ([name, tensor]) => ({ name, initial: tensor }));
  const layout = layOut(named, () => tape.graph.fresh('statistics'));
  const batches = new Map(running.map(({ name, batch }) => [name, batch]));
  const slots = fillSlots(layout, initial);
  const carried = Array.from(membersOf(layout), ([slot, members]) => {
    addSlotInput(tape, slot, members);
    const batch = joinForSlot(tape, members, name => batches.get(name)!);
    const output = tape.add(tape.mul(slot, momentum), tape.mul(batch, 1 - momentum));
    return { input: slot, output, initial: slots.get(slot)! };
  });
  return { layout, carried };
}
