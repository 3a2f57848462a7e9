// Seeded random numbers, the same on every host: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled Linear Pseudorandom
// Number Generators", ACM TOMS 47, 2021), its state filled by SplitMix32 (Steele et al., OOPSLA 2014, 32-bit finalizer
// of MurmurHash3). Not for secrets.

/** Four words of 32 bits, unsigned, not all zero. */
export type RandomState = readonly [number, number, number, number];

export interface Random {
  /** Uniform on [0, 2³²). */
  uint32(): number;
  /** Uniform on [0, 1), 32 bits. */
  uniform(): number;
  /** Uniform on [0, bound) without bias; `bound` from 1 to 2³². */
  integer(bound: number): number;
  /** Shuffles in place (Fisher and Yates, Durstenfeld's form) and returns the same array. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T;
  /** `fromState` goes on from it with the numbers that come next here. */
  state(): RandomState;
}

export function seededRandom(seed: number): Random {
  return fromState(splitMix(seed >>> 0));
}

export function fromState(state: RandomState): Random {
  let [a, b, c, d] = state;

  function uint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotateLeft(d, 11);
    return result;
  }

  function integer(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(`integer: bound ${bound}, wanted 1 to 2^32`);
    }
    // What lies above the largest multiple of `bound` would favour small numbers.
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let value = uint32();
    while (value >= limit) value = uint32();
    return value % bound;
  }

  function shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let last = items.length - 1; last > 0; last--) {
      const chosen = integer(last + 1);
      const kept = items[last];
      items[last] = items[chosen];
      items[chosen] = kept;
    }
    return items;
  }

  function current(): RandomState {
    return [a >>> 0, b >>> 0, c >>> 0, d >>> 0];
  }

  return { uint32, uniform: () => uint32() / 2 ** 32, integer, shuffle, state: current };
}

function splitMix(seed: number): [number, number, number, number] {
  let state = seed;
  const next = () => {
    state = (state + 0x9e3779b9) | 0;
    let word = state ^ (state >>> 16);
    word = Math.imul(word, 0x85ebca6b);
    word ^= word >>> 13;
    word = Math.imul(word, 0xc2b2ae35);
    return (word ^ (word >>> 16)) >>> 0;
  };
  return [next(), next(), next(), next()];
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
