// Which samples are shown and which are asked, drawn at random: every side of a bench gets the same.
import { seededRandom } from '../../src/core/data/random.ts';

/** Of all samples, class after class, so many of each. */
export interface Draw {
  readonly shown: readonly number[];
  readonly tests: readonly number[];
}

export interface Drawn {
  /** Of a class that may be shown, and others that are asked. */
  readonly many: number;
  readonly heldOut: number;
}

/** So many of each class to be shown, at random, and always as many that never are. */
export function drawOf(classes: number, count: number, seed: number, { many, heldOut }: Drawn): Draw {
  const random = seededRandom(seed);
  const ofClass = Array.from({ length: classes }, (_, label) => {
    return random.shuffle(Array.from({ length: many + heldOut }, (_, i) => label * (many + heldOut) + i));
  });
  return {
    shown: ofClass.flatMap(places => places.slice(0, count)),
    tests: ofClass.flatMap(places => places.slice(many)),
  };
}
