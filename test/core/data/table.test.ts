import { describe, expect, it } from 'vitest';
import { numbersOf, parseTable, writeTable } from '../../../src/core/data/table.ts';

describe('parseTable', () => {
  it('reads quotes, line breaks inside them, a byte order mark and empty lines', () => {
    const table = parseTable('\uFEFFname,note\r\n"a, b","two\nlines"\r\n\r\nc,"say ""hi"""\r\n');
    expect(table.columns).toEqual(['name', 'note']);
    expect(table.rows).toEqual([
      ['a, b', 'two\nlines'],
      ['c', 'say "hi"'],
    ]);
  });

  it('reads what a spreadsheet copies and what it saves', () => {
    expect(parseTable('a\tb\n1\t2').rows).toEqual([['1', '2']]);
    expect(parseTable('a;b\n1;2').rows).toEqual([['1', '2']]);
  });

  it('is parted by what stands in each line, and not by decimal commas, however many there are', () => {
    expect(parseTable('0,1\t0,2\tb\n0,3\t0,4\ta', false).rows).toEqual([
      ['0,1', '0,2', 'b'],
      ['0,3', '0,4', 'a'],
    ]);
    expect(parseTable('0,1;0,2\n0,3;0,4', false).rows).toEqual([
      ['0,1', '0,2'],
      ['0,3', '0,4'],
    ]);
    // In quotes, or in some lines only, they part nothing.
    expect(parseTable('a,b\n1,"x;y"\n').rows).toEqual([['1', 'x;y']]);
    expect(parseTable('a,b\n1,x;y\n2,z\n').columns).toEqual(['a', 'b']);
  });

  it('takes a first line of numbers for a row', () => {
    const table = parseTable('5.1,3.5,1.4,0.2\n4.9,3,1.4,0.2');
    expect(table.headed).toBe(false);
    expect(table.rows).toHaveLength(2);
    expect(Array.from(numbersOf(table, ['a', 'b']))).toEqual([5.1, 3.5, 4.9, 3].map(Math.fround));
  });

  it('says which row has too few cells', () => {
    expect(() => parseTable('a,b\n1,2\n3\n')).toThrow('row 2 has 1 cells, wanted 2');
  });

  it('refuses two columns of one name, nothing at all, and an open quote', () => {
    expect(() => parseTable('a,a\n1,2')).toThrow('"a" is there twice');
    expect(() => parseTable('  \n')).toThrow('empty');
    expect(() => parseTable('a,b\n"1,2\n')).toThrow('line');
  });
});

describe('numbersOf', () => {
  const table = parseTable('b,label,a\n1,x,2\n3,y,4e-1\n');

  it('finds columns by name, in any order', () => {
    expect(Array.from(numbersOf(table, ['a', 'b']))).toEqual([2, 1, 0.4, 3].map(Math.fround));
  });

  it('names the columns that are missing', () => {
    expect(() => numbersOf(table, ['a', 'c'])).toThrow('the columns c are missing (got b, label, a)');
  });

  it('names the cell that is no number', () => {
    expect(() => numbersOf(table, ['label'])).toThrow('row 1, column "label": "x" is not a number');
  });

  it('takes an empty cell for no number', () => {
    expect(() => numbersOf(parseTable('a,b\n,1\n'), ['a'])).toThrow('row 1, column "a": ""');
  });
});

describe('writeTable', () => {
  it('writes what parseTable reads', () => {
    const table = { columns: ['a', 'b'], rows: [['x,y', 'q"uote']] };
    expect(writeTable(table)).toBe('a,b\n"x,y","q""uote"\n');
    expect(parseTable(writeTable(table)).rows).toEqual(table.rows);
  });
});
