// From ink to lines a pixel wide.

/** [side, side], row-major: 1 where there is ink. Its outermost pixels are paper. */
export interface Bitmap {
  readonly side: number;
  readonly ink: Uint8Array<ArrayBuffer>;
}

/** The eight around a pixel, clockwise from above: P2 to P9 of Zhang and Suen. */
export function around(side: number): readonly number[] {
  return [-side, 1 - side, 1, side + 1, side, side - 1, -1, -side - 1];
}

/**
 * T. Y. Zhang and C. Y. Suen, "A fast parallel algorithm for thinning digital patterns", CACM 27(3), 1984; it leaves steps on
 * slanted lines, whose corners go, too.
 */
export function thinned({ side, ink }: Bitmap): Bitmap {
  const thin = ink.slice();
  const steps = around(side);
  /** Where one of the first three, and one of the last three, of these neighbours has to be paper. */
  const rounds = [
    [0, 2, 4, 2, 4, 6],
    [0, 2, 6, 0, 4, 6],
  ] as const;
  let left = [...thin.keys()].filter(at => thin[at]);
  for (let changed = true; changed; left = left.filter(at => thin[at])) {
    changed = false;
    for (const [a, b, c, d, e, f] of rounds) {
      const gone: number[] = [];
      for (const at of left) {
        if (!thin[at]) continue;
        const p = steps.map(step => thin[at + step]!);
        const inked = p.reduce((sum, one) => sum + one, 0);
        const begins = p.filter((one, i) => one === 0 && p[(i + 1) % 8] === 1).length;
        if (inked < 2 || inked > 6 || begins !== 1) continue;
        if (p[a]! * p[b]! * p[c]! === 0 && p[d]! * p[e]! * p[f]! === 0) gone.push(at);
      }
      for (const at of gone) thin[at] = 0;
      changed ||= gone.length > 0;
    }
  }
  return { side, ink: withoutCorners(thin, steps) };
}

/** A pixel goes where two of its neighbours touch each other, and nothing else hangs on it. */
function withoutCorners(ink: Uint8Array<ArrayBuffer>, steps: readonly number[]): Uint8Array<ArrayBuffer> {
  for (let at = 0; at < ink.length; at++) {
    if (!ink[at]) continue;
    const p = steps.map(step => ink[at + step]!);
    const isCorner = [0, 2, 4, 6].some(i => {
      const away = [4, 5, 6].map(further => p[(i + further) % 8]!);
      return p[i]! && p[(i + 2) % 8]! && !away.some(Boolean);
    });
    if (isCorner) ink[at] = 0;
  }
  return ink;
}
