// Where drawings go: each is made anew, however simple what is drawn is, and none is a copy of another.
import { describe, expect, it } from 'vitest';
import type { Stroke } from '../../../src/core/data/drawing.ts';
import { drawnPicture } from '../../../src/core/data/drawn-picture.ts';
import { fingerprint } from '../../../src/core/data/fingerprint.ts';
import { type Random, seededRandom } from '../../../src/core/data/random.ts';
import { type PlacedExample, Places } from '../../../src/core/teach/place-example.ts';

type Shape = readonly (readonly [x: number, y: number])[];
const circle: Shape = Array.from({ length: 33 }, (_, i) => [
  0.5 + 0.28 * Math.cos((2 * Math.PI * i) / 32),
  0.5 + 0.28 * Math.sin((2 * Math.PI * i) / 32),
]);
const shapes: Readonly<Record<string, readonly Shape[]>> = {
  line: [
    [
      [0.5, 0.2],
      [0.5, 0.8],
    ],
  ],
  level: [
    [
      [0.2, 0.5],
      [0.8, 0.5],
    ],
  ],
  slash: [
    [
      [0.75, 0.2],
      [0.25, 0.8],
    ],
  ],
  cross: [
    [
      [0.25, 0.25],
      [0.75, 0.75],
    ],
    [
      [0.75, 0.25],
      [0.25, 0.75],
    ],
  ],
  circle: [circle],
};

/** By a hand: moved and scaled by so much of the paper at most, each point off by a little. */
function drawn(shape: readonly Shape[], most: number, random: Random): Stroke[] {
  const off = (size: number) => size * (2 * random.uniform() - 1);
  const [dx, dy, scale] = [off(most), off(most), 1 + off(2 * most)];
  return shape.map(stroke =>
    stroke.map(([x, y]) => ({
      x: 0.5 + (x - 0.5) * scale + dx + off(0.01),
      y: 0.5 + (y - 0.5) * scale + dy + off(0.01),
    })),
  );
}

function placed(shape: readonly Shape[], most: number): PlacedExample[] {
  const random = seededRandom(7);
  const places = new Places('photo', []);
  const kept: PlacedExample[] = [];
  for (let nth = 0; nth < 30; nth++) {
    const { rgba, width, height } = drawnPicture(drawn(shape, most, random));
    const print = fingerprint(rgba, width, height);
    const next = {
      fingerprint: print,
      class: 'a',
      recording: String(nth),
      source: 'file' as const,
      at: 1000 * nth,
    };
    const part = places.place(next);
    if (part === null) continue;
    kept.push({ ...next, part });
    places.add(kept.at(-1)!);
  }
  return kept;
}

describe.each(Object.keys(shapes))('thirty drawings of a %s', name => {
  it.each([0.03, 0.1])('are nearly all kept, and some held out, by a hand that is off by %s', most => {
    const kept = placed(shapes[name]!, most);
    const heldOut = kept.filter(({ part }) => part === 'test').length;
    expect(kept.length).toBeGreaterThanOrEqual(28);
    expect(heldOut).toBeGreaterThanOrEqual(2);
  });
});
