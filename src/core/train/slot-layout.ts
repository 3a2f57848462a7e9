// Where a run's tensors lie in its slots. Small ones share a slot, each laid flat behind the one before, so that a step
// has few values to carry and an optimizer few to move. Knows no graph and no host.
import { elements, float32, type Tensor } from '../tensor.ts';

export interface Place {
  readonly slot: string;
  /** Of its first element in the slot. */
  readonly offset: number;
  /** Of the tensor itself; the slot has this shape where nothing else lies in it, else one dimension. */
  readonly shape: readonly number[];
}

/** Name → place. Every tensor of a slot is in it; they fill the slot without gaps. */
export type Layout = ReadonlyMap<string, Place>;

export interface Member {
  readonly name: string;
  readonly offset: number;
  readonly shape: readonly number[];
}

/** FP32 by name. */
export interface Named {
  readonly name: string;
  readonly initial: Tensor;
}

/**
 * Larger tensors keep a slot of their own: cut from a shared one they would be in memory twice, for few nodes saved. (On
 * one thread of Node, bounds of 2⁸, 2¹⁴ and 2²⁴ cannot be told apart by a step's time.)
 */
const maxJoinedElements = 2 ** 14;
/** 64 MiB: half of what a WebGPU buffer may bind by default (`maxStorageBufferBindingSize`, WebGPU §3.6.2). */
const maxSlotElements = 2 ** 24;

/** @param slotName a name, new each time, for a slot that several share; alone, a tensor's slot has the tensor's name */
export function layOut(tensors: readonly Named[], slotName: () => string): Layout {
  const sizeOf = ({ initial }: Named) => elements(initial.shape);
  const isSmall = (tensor: Named) => sizeOf(tensor) > 0 && sizeOf(tensor) <= maxJoinedElements;
  const runs: Named[][] = [];
  let left = 0;
  for (const tensor of tensors.filter(isSmall)) {
    if (sizeOf(tensor) > left) {
      runs.push([]);
      left = maxSlotElements;
    }
    runs.at(-1)!.push(tensor);
    left -= sizeOf(tensor);
  }
  const alone = tensors.filter(tensor => !isSmall(tensor)).map(tensor => [tensor]);
  return new Map([...alone, ...runs].flatMap(run => placesOf(run, slotName)));
}

function placesOf(run: readonly Named[], slotName: () => string): [string, Place][] {
  const slot = run.length === 1 ? run[0]!.name : slotName();
  let offset = 0;
  return run.map(({ name, initial: { shape } }) => {
    const place = { slot, offset, shape };
    offset += elements(shape);
    return [name, place];
  });
}

/** Slot → what lies in it, from its first element on. */
export function membersOf(layout: Layout): Map<string, Member[]> {
  const members = new Map<string, Member[]>();
  for (const [name, { slot, offset, shape }] of layout) {
    const list = members.get(slot) ?? [];
    if (list.length === 0) members.set(slot, list);
    list.push({ name, offset, shape });
  }
  for (const list of members.values()) list.sort((a, b) => a.offset - b.offset);
  return members;
}

export function slotShape(members: readonly Member[]): readonly number[] {
  if (members.length === 1) return members[0]!.shape;
  return [members.reduce((sum, { shape }) => sum + elements(shape), 0)];
}

/** The slots, filled. @param values by the layout's names, FP32, all of them */
export function fillSlots(layout: Layout, values: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(
    Array.from(membersOf(layout), ([slot, members]) => {
      if (members.length === 1) return [slot, values.get(members[0]!.name)!];
      const shape = slotShape(members);
      const data = new Float32Array(elements(shape));
      for (const { name, offset } of members) data.set(values.get(name)!.data as Float32Array, offset);
      return [slot, float32(shape, data)];
    }),
  );
}

/** What lies in slots, by name; copies. */
export function readSlots(layout: Layout, slots: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(
    Array.from(layout, ([name, { slot, offset, shape }]) => {
      const data = slots.get(slot)!.data as Float32Array<ArrayBuffer>;
      return [name, float32(shape, data.slice(offset, offset + elements(shape)))];
    }),
  );
}
