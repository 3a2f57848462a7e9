import { describe, expect, it } from 'vitest';
import type { Tape } from '../../../src/core/train/gradient/tape.ts';
import { liveBytes } from '../../../src/core/train/live-bytes.ts';
import { tapeOver } from './run-tape.ts';

const count = 100;
const bytes = 4 * count;
const tape = () => tapeOver([{ name: 'x', datatype: 'FP32', shape: [count] }]);

function peakOf(t: Tape, ...outputs: string[]): number {
  t.graph.outputs = outputs.map(name => ({ name, ...t.type(name) }));
  return liveBytes(t.graph, name => t.type(name));
}

describe('live bytes', () => {
  it('are two values of a chain at a time: what is read and what is made', () => {
    const t = tape();
    let value = t.op('Exp', ['x']);
    for (let i = 0; i < 5; i++) value = t.op('Sin', [value]);
    expect(peakOf(t, value)).toBe(2 * bytes);
  });

  it('count what is read later for as long as it waits', () => {
    const t = tape();
    const early = t.op('Exp', ['x']);
    let value = t.op('Cos', ['x']);
    for (let i = 0; i < 5; i++) value = t.op('Sin', [value]);
    expect(peakOf(t, t.add(value, early))).toBe(3 * bytes);
  });

  it('keep outputs to the end, and inputs and constants not at all', () => {
    const t = tape();
    const outputs = [t.mul('x', 2), t.mul('x', 3), t.mul('x', 4)];
    expect(peakOf(t, ...outputs)).toBe(3 * bytes);
  });

  it('take a view for what it shows', () => {
    const t = tape();
    const seen = t.reshape(t.op('Exp', ['x']), [4, 25]);
    expect(peakOf(t, t.op('Sin', [seen]))).toBe(2 * bytes);
    const other = tape();
    expect(peakOf(other, other.reshape('x', [4, 25]))).toBe(0);
  });

  it('count a value that nobody reads where it is made', () => {
    const t = tape();
    t.op('Exp', ['x']);
    const y = t.op('Sin', ['x']);
    expect(peakOf(t, y)).toBe(bytes);
  });

  it('go by the size of the datatype', () => {
    const t = tape();
    expect(peakOf(t, t.greater('x', 0))).toBe(count);
  });
});
