// RMSprop (Tieleman and Hinton 2012, lecture 6.5), in the form of PyTorch 2.9's `RMSprop`, not centred.
import type { OptimizerOptions } from '../recipe.ts';
import { mix, type Optimizer, times } from './optimizer.ts';

// s ← α s + (1 − α) g²,  d = g / (√s + ε),  θ ← θ − η d;  with momentum b ← μ b + d,  θ ← θ − η b
export function rmsprop({ decay = 0.99, epsilon = 1e-8, momentum = 0 }: OptimizerOptions = {}): Optimizer {
  return {
    slots: momentum > 0 ? ['square', 'buffer'] : ['square'],
    scalars: (_, learningRate) => ({ rate: learningRate }),
    move(tape, gradient, [square, buffer], { rate }) {
      const mean = mix(tape, decay, square!, 1 - decay, tape.op('Mul', [gradient, gradient]));
      const length = tape.op('Add', [tape.op('Sqrt', [mean]), tape.scalar(epsilon)]);
      const way = tape.op('Div', [gradient, length]);
      if (buffer === undefined) return { change: tape.op('Mul', [way, rate!]), state: [mean] };
      const next = tape.op('Add', [times(tape, momentum, buffer), way]);
      return { change: tape.op('Mul', [next, rate!]), state: [mean, next] };
    },
  };
}
