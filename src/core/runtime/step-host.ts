// Where the values of a run live between its steps. Parameters and an optimizer's state stay in slots, in whatever memory
// computes; graphs are linked to slots, so that only what is asked for passes the border.
import type { Bytes } from '../artifact/digest.ts';
import { HaversackError } from '../errors.ts';
import type { Tensor, TensorMap } from '../tensor.ts';
import type { OpenSession, Provider, Session } from './session.ts';

export interface StepLinks {
  /** Input of the graph → the slot it reads. */
  readonly reads: ReadonlyMap<string, string>;
  /** Output of the graph → the slot that takes it once the graph has run. */
  readonly writes: ReadonlyMap<string, string>;
}

export interface Step {
  /**
   * Runs the graph once, on these feeds and the slots that it reads; answers the outputs that no slot takes.
   * @throws HaversackError `InputInvalid`, `RuntimeFailed` (slots are then as they were; whoever goes on opens the file
   * anew, for a session on the GPU that failed answers no more), `DeviceLost` (the slots are gone)
   */
  run(feeds: TensorMap): Promise<TensorMap>;
  dispose(): Promise<void>;
}

export interface StepHost {
  readonly provider: Provider;
  /** Of which the bits depend: the same number adds up in the same order. */
  readonly threads: number;
  /** Fills slots; what they held is dropped. The tensors still belong to the caller, who does not write to them. */
  put(values: ReadonlyMap<string, Tensor>): Promise<void>;
  /** What slots hold. No later step writes to it. @throws HaversackError `RuntimeFailed` for a slot that was never filled */
  read(slots: Iterable<string>): Promise<Map<string, Tensor>>;
  /** @throws HaversackError as `OpenSession` */
  open(file: Bytes, links: StepLinks): Promise<Step>;
  /** Frees the slots. Steps are disposed of by who opened them, before. */
  dispose(): Promise<void>;
}

/** For graphs without slots. */
export const noLinks: StepLinks = { reads: new Map(), writes: new Map() };

/** Slots in this realm's own memory: for WASM and for Node, where handing a tensor over is a copy at most. */
export function memoryStepHost(provider: Provider, openSession: OpenSession, threads = 1): StepHost {
  const slots = new Map<string, Tensor>();
  return {
    provider,
    threads,
    put(values) {
      for (const [slot, tensor] of values) slots.set(slot, tensor);
      return Promise.resolve();
    },
    read: names =>
      new Promise(resolve => resolve(new Map(Array.from(names, name => [name, held(slots, name)])))),
    async open(file, links) {
      return linked(await openSession(file), links, slots);
    },
    dispose() {
      slots.clear();
      return Promise.resolve();
    },
  };
}

function linked(session: Session, { reads, writes }: StepLinks, slots: Map<string, Tensor>): Step {
  return {
    async run(feeds) {
      const all: Record<string, Tensor> = { ...feeds };
      for (const [input, slot] of reads) all[input] = held(slots, slot);
      const answers: Record<string, Tensor> = {};
      for (const [output, tensor] of Object.entries(await session.run(all))) {
        const slot = writes.get(output);
        if (slot === undefined) answers[output] = tensor;
        else slots.set(slot, tensor);
      }
      return answers;
    },
    dispose: () => session.dispose(),
  };
}

function held(slots: ReadonlyMap<string, Tensor>, slot: string): Tensor {
  const tensor = slots.get(slot);
  if (!tensor)
    throw new HaversackError('RuntimeFailed', `Nothing was put into '${slot}' before it was read.`);
  return tensor;
}
