import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortest } from '../../../src/core/data/dataset.ts';
import { writeTable } from '../../../src/core/data/table.ts';
import { assertColumns, rowLimits } from '../../../src/core/teach/row-limits.ts';
import {
  compareColumns,
  matchColumns,
  numberColumns,
  proposedLabel,
  readRowTable,
  rowsOf,
} from '../../../src/core/teach/row-table.ts';

const iris = 'sepal,petal,species\n5.1,1.4,setosa\n4.9,1.3,setosa\n7,4.7,versicolor\n';

describe('a table that is given', () => {
  it('says its names in the first line, unless there is a number wherever the next has one', () => {
    expect(readRowTable(iris)).toMatchObject({ headed: true, columns: ['sepal', 'petal', 'species'] });
    const bare = readRowTable(iris.slice(iris.indexOf('\n') + 1));
    expect(bare).toMatchObject({ headed: false, columns: ['1', '2', '3'] });
    expect(bare.rows).toHaveLength(3);
    // Two numbers of the first line are the same: no column is there twice for that.
    expect(readRowTable('1,1,a\n2,3,b\n').rows).toHaveLength(2);
    expect(readRowTable('1.5,2,a\n').rows).toHaveLength(1);
    expect(readRowTable('2019,2020,name\n5,6,a\n', true).columns).toEqual(['2019', '2020', 'name']);
  });

  it('of tabs or semicolons may have decimal commas', () => {
    const table = readRowTable('a;b;kind\n1,5;-2,25;x\n3;4e2;y\n');
    expect(numberColumns(table)).toEqual(['a', 'b']);
    const { rows } = rowsOf(table, matchColumns(table, 'kind', null), 'kind');
    expect(rows.map(({ values }) => [...values])).toEqual([
      [1.5, -2.25],
      [3, 400],
    ]);
    // Without a header as with one, by whatever a spreadsheet copies.
    for (const part of ['\t', ';']) {
      const bare = readRowTable(['0,1', '0,2', '0,3', '0,4', 'b'].join(part));
      expect(rowsOf(bare, matchColumns(bare, '5', null), '5').rows).toEqual([
        { label: 'b', values: Float32Array.of(0.1, 0.2, 0.3, 0.4) },
      ]);
    }
    // With commas between cells, one in a cell is no decimal one: it may part thousands.
    expect(numberColumns(readRowTable('a,b\n"1,234",5\n'))).toEqual(['b']);
  });

  it('of tabs may have decimal points: a comma is none then, and its number is not guessed', () => {
    for (const other of ['2.5', '1,234.5']) {
      const table = readRowTable(`a\tb\n1,234\t${other}\n999\t1\n998\t2\n`);
      expect(table.decimal).toBe('.');
      const { rows, unreadable } = rowsOf(table, { places: [0] }, null);
      expect([unreadable, ...rows.map(({ values }) => values[0])]).toEqual([1, 999, 998]);
    }
  });

  it('has columns of numbers, and others; a few cells without one leave a column what it is', () => {
    const table = readRowTable('id,a,b,c\nx1,1,?,\nx2,2,3,\nx3,NA,4,\n');
    expect(numberColumns(table)).toEqual(['a', 'b']);
    const matched = compareColumns(table, null, null);
    expect(matched).toMatchObject({ columns: ['a', 'b'], leftOut: ['id', 'c'] });
    const { rows, unreadable } = rowsOf(table, matched, null);
    expect([rows.length, unreadable]).toEqual([1, 2]);
  });

  it('is read with what each row is of; a row that does not say is counted', () => {
    const table = readRowTable('a,kind\n1,x\n2,\n1e39,y\n');
    expect(rowsOf(table, matchColumns(table, 'kind', null), 'kind')).toEqual({
      rows: [{ label: 'x', values: Float32Array.of(1) }],
      // Beyond 32 bits.
      unreadable: 1,
      unlabelled: 1,
    });
  });
});

describe('the column that says what a row is', () => {
  it('is one that is called so, else the last of few different texts', () => {
    expect(proposedLabel(readRowTable(iris))).toBe('species');
    expect(proposedLabel(readRowTable('Target,a\n0,1\n1,2\n'))).toBe('Target');
    expect(proposedLabel(readRowTable('kind,where,a\nx,here,1\ny,here,2\nx,there,3\n'))).toBe('where');
    expect(proposedLabel(readRowTable('a,b\n1,2\n3,4\n'))).toBeNull();
    // Each row has another: it names them.
    expect(proposedLabel(readRowTable('id,a\nx,1\ny,2\n'))).toBeNull();
    expect(proposedLabel(readRowTable('type,a\n1,1\n2,2\n'), ['type', 'a'])).toBeNull();
  });
});

describe('columns that are known', () => {
  it('are found by name, in any order, and by place where a table has no names', () => {
    const known = ['a', 'b'];
    const read = (text: string, label: string | null = null) => {
      const table = readRowTable(text);
      return rowsOf(table, matchColumns(table, label, known), label).rows.map(({ values }) => [...values]);
    };
    expect(read('b,kind,a\n2,x,1\n', 'kind')).toEqual([[1, 2]]);
    expect(read('1,2\n3,4\n')).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('that are missing, or too many, are named in both lists; text is left out', () => {
    const table = readRowTable('a,c,d,name,kind\n1,2,3,n,x\n');
    expect(compareColumns(table, 'kind', ['a', 'b'])).toMatchObject({
      missing: ['b'],
      extra: ['c', 'd'],
      leftOut: ['name'],
    });
    expect(() => matchColumns(table, 'kind', ['a', 'b'])).toThrow('columns missing: b; too many: c, d');
    expect(() => matchColumns(table, 'a', ['a', 'c', 'd'])).toThrow('columns missing: a; too many: none');
  });

  it('may be shuffled, with texts between, without changing a row', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9 ]{0,6}[a-z]$/);
    const arbitrary = fc.uniqueArray(name, { minLength: 1, maxLength: 8 }).chain(names =>
      fc.record({
        names: fc.constant(names),
        order: fc.shuffledSubarray([...names.keys()], { minLength: names.length }),
        rows: fc.array(
          fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
            minLength: names.length,
            maxLength: names.length,
          }),
          { minLength: 1, maxLength: 6 },
        ),
        textAt: fc.nat(names.length),
      }),
    );
    fc.assert(
      fc.property(arbitrary, ({ names, order, rows, textAt }) => {
        const columns = order.map(place => names[place]!).toSpliced(textAt, 0, 'AS TEXT');
        const csv = writeTable({
          columns,
          rows: rows.map(row => order.map(place => shortest(row[place]!)).toSpliced(textAt, 0, 'text')),
        });
        const table = readRowTable(csv);
        const read = rowsOf(table, matchColumns(table, null, names), null);
        expect(read.unreadable).toBe(0);
        expect(read.rows.map(({ values }) => [...values.map(value => value + 0)])).toEqual(
          rows.map(row => row.map(value => value + 0)),
        );
      }),
    );
  });

  it('are some, each once, and with a name', () => {
    expect(() => assertColumns([])).toThrow('no column of numbers');
    expect(() => assertColumns(['a', 'a'])).toThrow('"a" is there twice');
    expect(() => assertColumns([' '])).toThrow('1 to 256 characters');
    const many = Array.from({ length: rowLimits.columns + 1 }, (_, i) => `c${i}`);
    expect(() => assertColumns(many)).toThrow('513 columns, at most 512');
  });
});
