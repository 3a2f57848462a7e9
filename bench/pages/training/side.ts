// A side of the training benches, alone in a worker: what the page asks of it.
import { expose } from 'comlink';
import type { Net } from '../../nets/net.ts';
import { netNamed } from '../../nets/nets.ts';
import { takeTurn, type Trainer, type Turn } from '../../nets/trainer.ts';
import { heldBytes } from './memory.ts';

export interface Side {
  open(net: string, backend: string): Promise<void>;
  turn(steps: number): Promise<Turn>;
  /** What it held beside JavaScript's own objects, at its most. */
  megabytes(): number;
}

/** Makes this worker a side. */
export function serveTrainer(open: (net: Net, backend: string) => Promise<Trainer>): void {
  let trainer: Trainer;
  const side: Side = {
    async open(net, backend) {
      trainer = await open(netNamed(net), backend);
    },
    turn: steps => takeTurn(trainer, steps),
    megabytes() {
      const { wasm, gpu } = heldBytes();
      return (wasm + gpu) / 2 ** 20;
    },
  };
  expose(side);
}
