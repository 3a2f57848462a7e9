// What two sides answered to the same, held against each other.

export interface Answer {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Below it, an output's largest number counts as this: of a sigmoid that says no, only noise is left. */
const leastScale = 1e-3;

/** The largest difference, as a share of the largest number of the reference; infinite where shapes differ. */
export function difference(reference: Answer, other: Answer | undefined): number {
  if (!other || reference.shape.join() !== other.shape.join()) return Infinity;
  let [apart, largest] = [0, leastScale];
  for (let i = 0; i < reference.data.length; i++) {
    const [wanted, got] = [Number(reference.data[i]), Number(other.data[i])];
    if (Number.isNaN(wanted) !== Number.isNaN(got)) return Infinity;
    if (Number.isFinite(wanted)) largest = Math.max(largest, Math.abs(wanted));
    if (Object.is(wanted, got)) continue;
    apart = Math.max(apart, Math.abs(wanted - got));
  }
  return apart / largest;
}
