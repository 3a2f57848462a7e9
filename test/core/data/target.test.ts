import { describe, expect, it } from 'vitest';
import { parseTable } from '../../../src/core/data/table.ts';
import { readClasses, readNumbers, readTarget } from '../../../src/core/data/target.ts';

const column = (...cells: readonly (string | number)[]) =>
  parseTable(`x,y\n${cells.map(cell => `0,${cell}`).join('\n')}`);
const labelsOf = (table: ReturnType<typeof column>) => {
  const target = readTarget(table, 'y');
  return target.kind === 'classes' ? target.labels : target.kind;
};

describe('a target column', () => {
  it('holds classes where it is text, in the order of their names', () => {
    const target = readTarget(column('pear', 'apple', 'pear'), 'y');
    expect(target).toEqual({ kind: 'classes', labels: ['apple', 'pear'], indices: Int32Array.of(1, 0, 1) });
  });

  it('holds classes where few whole numbers differ, in the order of the numbers', () => {
    expect(labelsOf(column(10, 9, 1))).toEqual(['1', '9', '10']);
    expect(labelsOf(column('1', 'two'))).toEqual(['1', 'two']);
  });

  it('holds numbers where they are fractions, or many', () => {
    expect(readTarget(column(0.5, 2, 1), 'y')).toEqual({ kind: 'numbers', values: Float32Array.of(0.5, 2, 1) });
    expect(labelsOf(column(...Array.from({ length: 31 }, (_, i) => i)))).toBe('numbers');
    expect(labelsOf(column(...Array.from({ length: 30 }, (_, i) => i)))).toHaveLength(30);
  });

  it('does not take for a class what is missing', () => {
    expect(() => readTarget(column('a', '', 'b'), 'y')).toThrow('row 2, column "y" is empty');
    expect(() => readTarget(column(1.5, 2.5, 'NaN'), 'y')).toThrow('row 3, column "y": "NaN" is not a number');
    expect(() => readTarget(column(0, 'N/A', 1), 'y')).toThrow('row 2, column "y": "N/A" is not a number');
    expect(labelsOf(column(0, 1, 'none'))).toEqual(['0', '1', 'none']);
    expect(labelsOf(column('NA', 'EU'))).toEqual(['EU', 'NA']);
  });

  it('is read by its own name in a table without a header', () => {
    expect(readNumbers(parseTable('1,2\n3,4\n'), '2')).toMatchObject({ values: Float32Array.of(2, 4) });
  });

  it('names the row of a class that is not known, and of what is no number', () => {
    expect(() => readClasses(column('a', 'c'), 'y', ['a', 'b'])).toThrow('row 2, column "y": "c" is none');
    expect(() => readNumbers(column(1, 'many'), 'y')).toThrow('row 2, column "y": "many" is not a number');
    expect(() => readTarget(column(1), 'z')).toThrow('the column "z" is missing (got x, y)');
  });
});
