import fc from 'fast-check';
import { expect, it } from 'vitest';
import { guarded, unguarded } from '../../../src/core/data/formula-guard.ts';

it('puts an apostrophe before what a spreadsheet would compute, and before nothing else', () => {
  for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1']) expect(guarded(text)).toBe(`'${text}`);
  for (const text of ['', 'cup', 'a=b', ' =1', "'cup"]) expect(guarded(text)).toBe(text);
});

it('is taken back, whatever the text', () => {
  const text = fc.string({ unit: fc.constantFrom("'", '=', '-', 'a', '\t') });
  fc.assert(fc.property(text, each => unguarded(guarded(each)) === each));
});
