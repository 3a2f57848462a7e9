// Slots that hold several tensors, as a graph reads and writes them: cut where it begins, joined where it ends.
import { elements } from '../tensor.ts';
import type { Tape } from './gradient/tape.ts';
import { type Layout, type Member, membersOf, slotShape } from './slot-layout.ts';

/**
 * Inputs that lie in a slot together give way to one input, which is cut into them; the others stay. Slots that the graph
 * does not read are left out. No value of the graph has a slot's name.
 * @returns the graph's input → the slot it reads
 */
export function readFromSlots(tape: Tape, layout: Layout): Map<string, string> {
  const wanted = new Set(tape.graph.inputs.map(({ name }) => name));
  const reads = new Map<string, string>();
  for (const [slot, members] of membersOf(layout)) {
    const read = members.filter(({ name }) => wanted.has(name));
    if (read.length === 0) continue;
    if (members.length > 1) cutInput(tape, slot, members, wanted);
    reads.set(members.length > 1 ? slot : members[0]!.name, slot);
  }
  tape.graph.inputs = tape.graph.inputs.filter(({ name }) => reads.has(name) || !layout.has(name));
  tape.graph.sort();
  return reads;
}

/** The slot as an input of the graph, where it is none yet. */
export function addSlotInput(tape: Tape, slot: string, members: readonly Member[]): void {
  if (tape.graph.inputs.some(({ name }) => name === slot)) return;
  const type = { datatype: 'FP32', shape: slotShape(members) } as const;
  tape.graph.claim(slot);
  tape.graph.inputs.push({ name: slot, ...type });
  tape.declare(slot, type);
}

function cutInput(tape: Tape, slot: string, members: readonly Member[], wanted: ReadonlySet<string>): void {
  addSlotInput(tape, slot, members);
  const parts = tape.parts(
    slot,
    0,
    members.map(({ shape }) => elements(shape)),
  );
  members.forEach(({ name, shape }, i) => {
    if (wanted.has(name)) tape.graph.add('Reshape', [parts[i]!, tape.ints(shape)], [name]);
  });
}

/** The value for a slot, of those of its members. */
export function joinForSlot(
  tape: Tape,
  members: readonly Member[],
  valueOf: (name: string) => string,
): string {
  if (members.length === 1) return valueOf(members[0]!.name);
  const flat = members.map(({ name }) => tape.reshape(valueOf(name), [elements(tape.shape(valueOf(name)))]));
  return tape.op('Concat', flat, { axis: { int: 0 } });
}
