// Stochastic gradient descent with momentum (Sutskever et al. 2013), in the form of PyTorch 2.9's `SGD`.
import type { OptimizerOptions } from '../recipe.ts';
import { type Optimizer, times } from './optimizer.ts';

// v ← μ v + g,  θ ← θ − η v;  Nesterov: θ ← θ − η (g + μ v)
export function sgd({ momentum = 0, nesterov = false }: OptimizerOptions = {}): Optimizer {
  return {
    slots: momentum > 0 ? ['velocity'] : [],
    scalars: (_, learningRate) => ({ rate: learningRate }),
    move(tape, gradient, [velocity], { rate }) {
      if (velocity === undefined) return { change: tape.op('Mul', [gradient, rate!]), state: [] };
      const next = tape.op('Add', [times(tape, momentum, velocity), gradient]);
      const way = nesterov ? tape.op('Add', [gradient, times(tape, momentum, next)]) : next;
      return { change: tape.op('Mul', [way, rate!]), state: [next] };
    },
  };
}
