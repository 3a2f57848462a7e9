// Dropout as it is trained, spelled out: its mask is a function of a seed and the step, so that a run that is resumed, on
// whatever provider, draws the masks that it would have drawn.
import { operatorOf } from '../../onnx/graph.ts';
import { elements } from '../../tensor.ts';
import type { Tape } from './tape.ts';

/**
 * Arithmetic is modulo this prime. The products below stay under 2²¹, so that single precision has them, and the quotient's
 * integer part, exactly, however a provider rounds. A probability comes out as a multiple of 1/509.
 */
const prime = 509;
const defaultRatio = 0.5;

/** Every Dropout of the graph gets a mask of its own. @param step the name of a scalar, FP32: whole numbers below 2²⁰ */
export function drawDropout(
  tape: Tape,
  { step, seed }: { readonly step: string; readonly seed: number },
): void {
  const nodes = tape.graph.nodes.filter(node => operatorOf(node) === 'Dropout');
  nodes.forEach((node, i) => {
    const [x, ratioName = ''] = node.inputs as [string, string?];
    const ratio = ratioName === '' ? defaultRatio : (tape.known(ratioName)?.[0] ?? defaultRatio);
    const dropped = Math.min(Math.round(ratio * prime), prime - 1);
    if (dropped === 0) return tape.replace(node, [x, tape.filled(1, tape.shape(x), 'BOOL')]);
    const keeps = keepMask(tape, tape.shape(x), dropped, step, mixed(seed, i));
    // y = x / P(kept) where kept: the mean stays what it was.
    const y = tape.where(keeps, tape.mul(x, prime / (prime - dropped)), 0);
    tape.replace(node, [y, keeps]);
  });
}

// keeps[i] = (a(i) + k(step)) · (b(i) + l(step)) mod p ≥ dropped, with a, b constant and k, l new in each step
function keepMask(tape: Tape, shape: readonly number[], dropped: number, step: string, seed: number): string {
  const count = elements(shape);
  const constant = (salt: number) =>
    tape.numbers(
      shape,
      Array.from({ length: count }, (_, i) => mixed(seed + salt, i) % prime),
    );
  const left = tape.add(constant(1), stepKey(tape, step, seed + 3));
  const right = tape.add(constant(2), stepKey(tape, step, seed + 4));
  return tape.greater(modulo(tape, tape.mul(left, right)), dropped - 0.5);
}

// The step in base p, its three digits run through cubes, which permute the residues (3 does not divide p − 1).
function stepKey(tape: Tape, step: string, seed: number): string {
  const high = tape.op('Floor', [tape.mul(tape.add(step, 0.5), 1 / prime)]);
  const low = tape.sub(step, tape.mul(high, prime));
  return [low, high].reduce<string>(
    (key, digit, i) => {
      const x = modulo(tape, tape.add(tape.add(key, modulo(tape, digit)), mixed(seed, i) % prime));
      return modulo(tape, tape.mul(modulo(tape, tape.square(x)), x));
    },
    tape.scalar(mixed(seed, 7) % prime),
  );
}

/** Of whole numbers from 0 to 2²¹: half a unit keeps the quotient away from where rounding would decide. */
function modulo(tape: Tape, x: string): string {
  const quotient = tape.op('Floor', [tape.mul(tape.add(x, 0.5), 1 / prime)]);
  return tape.sub(x, tape.mul(quotient, prime));
}

/** Two numbers well mixed into one of 32 bits (the finaliser of MurmurHash3). */
function mixed(seed: number, index: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(index + 1, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
