// Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1).
import type { OptimizerOptions } from '../recipe.ts';
import { type Optimizer, times } from './optimizer.ts';

// m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  θ ← θ − η m̂ / (√v̂ + ε),  m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
//
// In the order of the paper's §2, which saves work, and with the factors of g taken out of the state:
// M = m / (1 − β₁) ← β₁ M + g,  V = v / (1 − β₂) ← β₂ V + g²,  θ ← θ − a M / (√V + e),
// c₁ = (1 − β₁) / (1 − β₁ᵗ),  c₂ = (1 − β₂) / (1 − β₂ᵗ),  a = η c₁ / √c₂,  e = ε / √c₂
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: OptimizerOptions = {}): Optimizer {
  return {
    slots: ['m', 'v'],
    // In float64 and once a step; a power in the graph would lose digits of 1 − β₂ᵗ.
    scalars: (step, learningRate) => {
      const first = (1 - beta1) / (1 - beta1 ** step);
      const second = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
      return { rate: (learningRate * first) / second, floor: epsilon / second };
    },
    move(tape, gradient, [m, v], { rate, floor }) {
      const first = tape.add(times(tape, beta1, m!), gradient);
      const second = tape.add(times(tape, beta2, v!), tape.square(gradient));
      const ratio = tape.div(first, tape.add(tape.op('Sqrt', [second]), floor!));
      return { change: tape.mul(ratio, rate!), state: [first, second] };
    },
  };
}
