import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elements, float32, type Tensor } from '../../../src/core/tensor.ts';
import { fillSlots, layOut, membersOf, readSlots, slotShape } from '../../../src/core/train/slot-layout.ts';

const shape = fc.oneof(
  { weight: 10, arbitrary: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constant([0, 3]) },
  // Many of these would take as long to compare as all other tests of layouts.
  { weight: 1, arbitrary: fc.constant([130, 130]) },
);
const tensors = fc
  .array(shape, { minLength: 1, maxLength: 12 })
  .map(shapes =>
    shapes.map((shape, i) => ({ name: `t${i}`, initial: float32(shape, numbers(elements(shape), i)) })),
  );

function numbers(count: number, from: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: count }, (_, i) => from + i / 1024);
}

function layout(named: readonly { name: string; initial: Tensor }[]) {
  let slots = 0;
  return layOut(named, () => `slot${slots++}`);
}

describe('a layout of slots', () => {
  it('gives back each tensor as it was put in', () => {
    fc.assert(
      fc.property(tensors, named => {
        const values = new Map(named.map(({ name, initial }) => [name, initial]));
        const places = layout(named);
        expect(readSlots(places, fillSlots(places, values))).toEqual(new Map(values));
      }),
    );
  });

  it('fills every slot without a gap', () => {
    fc.assert(
      fc.property(tensors, named => {
        const places = layout(named);
        expect([...places.keys()].sort()).toEqual(named.map(({ name }) => name).sort());
        for (const members of membersOf(places).values()) {
          let end = 0;
          for (const { offset, shape } of members) {
            expect(offset).toBe(end);
            end += elements(shape);
          }
          expect(elements(slotShape(members))).toBe(end);
        }
      }),
    );
  });

  it('joins what is small and leaves what is large apart', () => {
    const [small, other, large] = [[3, 2], [4], [256, 256]].map((shape, i) => ({
      name: `t${i}`,
      initial: float32(shape, new Float32Array(elements(shape))),
    }));
    const places = layout([small!, large!, other!]);
    expect(places.get('t0')).toEqual({ slot: 'slot0', offset: 0, shape: [3, 2] });
    expect(places.get('t1')).toEqual({ slot: 'slot0', offset: 6, shape: [4] });
    expect(places.get('t2')).toEqual({ slot: 't2', offset: 0, shape: [256, 256] });
  });

  it('leaves a lone tensor its name and its shape', () => {
    const places = layout([{ name: 'w', initial: float32([2, 2], [1, 2, 3, 4]) }]);
    expect(places.get('w')).toEqual({ slot: 'w', offset: 0, shape: [2, 2] });
    expect(slotShape(membersOf(places).get('w')!)).toEqual([2, 2]);
  });

  it('answers with copies', () => {
    const places = layout([
      { name: 'a', initial: float32([1], [1]) },
      { name: 'b', initial: float32([1], [2]) },
    ]);
    const slots = new Map([['slot0', float32([2], [1, 2])]]);
    const read = readSlots(places, slots);
    (read.get('b')!.data as Float32Array)[0] = 9;
    expect(Array.from(slots.get('slot0')!.data as Float32Array)).toEqual([1, 2]);
  });
});
