// Finds where a smooth function of many numbers is smallest: L-BFGS (Liu and Nocedal, Mathematical Programming 45, 1989;
// the recursion as Nocedal and Wright, Numerical Optimization, 2nd edition, algorithms 7.4 and 7.5). Draws no random numbers.

/** Writes the gradient at `x` and returns the value there. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface LbfgsOptions {
  readonly maxSteps: number;
  /** Ends where no component of the gradient is larger. */
  readonly tolerance: number;
  /** Awaited after each step: where others get their turn. It may throw to end the search. */
  readonly breathe?: () => Promise<void>;
}

/** Pairs of steps and changes of the gradient that the curvature is told from. */
const memory = 8;
/** Sufficient decrease (Armijo), as usual for quasi-Newton methods. */
const armijo = 1e-4;
const mostHalvings = 20;

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** 1 / step · change */
  readonly rho: number;
}

/** In place, from where `x` is; returns the value found. */
export async function minimize(
  objective: Objective,
  x: Float64Array,
  options: LbfgsOptions,
): Promise<number> {
  const gradient = new Float64Array(x.length);
  const next = new Float64Array(x.length);
  const nextGradient = new Float64Array(x.length);
  const pairs: Pair[] = [];
  let value = objective(x, gradient);
  for (let step = 0; step < options.maxSteps && largest(gradient) > options.tolerance; step++) {
    const direction = descent(gradient, pairs);
    const slope = inner(direction, gradient);
    let length = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(inner(gradient, gradient))) : 1;
    let nextValue = Infinity;
    for (let halvings = 0; ; halvings++, length /= 2) {
      if (halvings === mostHalvings) return value;
      for (let i = 0; i < x.length; i++) next[i] = x[i]! + length * direction[i]!;
      nextValue = objective(next, nextGradient);
      if (nextValue <= value + armijo * length * slope) break;
    }
    remember(pairs, { x, next, gradient, nextGradient });
    x.set(next);
    gradient.set(nextGradient);
    value = nextValue;
    await options.breathe?.();
  }
  return value;
}

/** −H · gradient, H the inverse of the curvature as far as the pairs tell. */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map(each => -each);
  const alphas = pairs.map(() => 0);
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { step, change, rho } = pairs[i]!;
    alphas[i] = rho * inner(step, direction);
    add(direction, -alphas[i]!, change);
  }
  const last = pairs.at(-1);
  if (last) {
    const scale = 1 / (last.rho * inner(last.change, last.change));
    for (let i = 0; i < direction.length; i++) direction[i]! *= scale;
  }
  pairs.forEach(({ step, change, rho }, i) => {
    add(direction, alphas[i]! - rho * inner(change, direction), step);
  });
  return direction;
}

interface Move {
  readonly x: Float64Array;
  readonly next: Float64Array;
  readonly gradient: Float64Array;
  readonly nextGradient: Float64Array;
}

/** Pairs that tell of no curvature are left out. */
function remember(pairs: Pair[], { x, next, gradient, nextGradient }: Move): void {
  const step = next.map((each, i) => each - x[i]!);
  const change = nextGradient.map((each, i) => each - gradient[i]!);
  const product = inner(step, change);
  if (product <= Number.EPSILON * inner(change, change)) return;
  pairs.push({ step, change, rho: 1 / product });
  if (pairs.length > memory) pairs.shift();
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function add(to: Float64Array, factor: number, what: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * what[i]!;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
