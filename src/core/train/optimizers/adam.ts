// Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1).
import type { OptimizerOptions } from '../recipe.ts';
import { mix, type Optimizer } from './optimizer.ts';

// m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  θ ← θ − η m̂ / (√v̂ + ε),  m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: OptimizerOptions = {}): Optimizer {
  return {
    slots: ['m', 'v'],
    // In float64 and once a step; a power in the graph would lose digits of 1 − β₂ᵗ.
    scalars: step => ({
      firstCorrection: 1 / (1 - beta1 ** step),
      secondCorrection: 1 / (1 - beta2 ** step),
    }),
    move(tape, gradient, [m, v], { learningRate, firstCorrection, secondCorrection }) {
      const first = mix(tape, beta1, m!, 1 - beta1, gradient);
      const second = mix(tape, beta2, v!, 1 - beta2, tape.op('Mul', [gradient, gradient]));
      const way = tape.op('Mul', [first, firstCorrection!]);
      const length = tape.op('Sqrt', [tape.op('Mul', [second, secondCorrection!])]);
      const ratio = tape.op('Div', [way, tape.op('Add', [length, tape.scalar(epsilon)])]);
      return { change: tape.op('Mul', [ratio, learningRate!]), state: [first, second] };
    },
  };
}
