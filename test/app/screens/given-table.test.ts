import { describe, expect, it } from 'vitest';
import { lookAtTable, type TableReading } from '../../../src/app/screens/new-model/given-table.ts';

const look = (text: string, known: readonly string[] | null = null, reading: TableReading = {}) =>
  lookAtTable({ name: null, text }, known, reading);

const iris = 'Id,sepal,petal,species\n1,5.1,1.4,a\n2,4.9,1.3,a\n3,7,4.7,b\n';
const indexed = ',sepal,petal,species\n0,5.1,1.4,a\n1,4.9,1.3,a\n2,7,4.7,b\n';

describe('a table that is looked at', () => {
  it('is taken without what counts its rows, unless somebody says so', () => {
    const looked = look(iris);
    expect(looked.matched.columns).toEqual(['sepal', 'petal']);
    expect(looked.choices.map(({ name, isTaken, oddity }) => [name, isTaken, oddity])).toEqual([
      ['Id', false, 'counts'],
      ['sepal', true, null],
      ['petal', true, null],
    ]);
    const taken = new Map([
      ['Id', true],
      ['petal', false],
    ]);
    const chosen = look(iris, null, { taken });
    expect(chosen.matched.columns).toEqual(['Id', 'sepal']);
    expect([...chosen.read.rows[2]!.values]).toEqual([3, 7]);
  });

  it('is never taken with a column that has no name, whatever is there already', () => {
    for (const known of [null, ['sepal', 'petal']]) {
      const { matched, read, choices } = look(indexed, known, { taken: new Map([['', true]]) });
      expect(matched).toMatchObject({ columns: ['sepal', 'petal'], missing: [], extra: [], leftOut: [] });
      expect(read.rows).toHaveLength(3);
      expect(choices[0]).toMatchObject({ name: '', isTaken: false, isBarred: true });
    }
  });

  it('has all columns of the project, also one that counts; what it has beyond may be left out', () => {
    expect(look(iris, ['Id', 'sepal', 'petal']).matched).toMatchObject({
      columns: ['Id', 'sepal', 'petal'],
      extra: [],
    });
    expect(look(iris, ['sepal']).matched.extra).toEqual(['petal']);
    expect(look(iris, ['sepal'], { taken: new Map([['petal', false]]) }).matched.extra).toEqual([]);
  });

  it('tells rows that are the same, and those of them that are of something else', () => {
    const { different, conflicts } = look('a,b,kind\n1,2,x\n1,2,y\n1,2,y\n-0,3,x\n0,3,x\n');
    expect([different, conflicts]).toEqual([2, 1]);
  });

  it('with more columns than are taken gives no rows', () => {
    const names = Array.from({ length: 513 }, (_, i) => `c${i}`);
    const numbers = names.map((_, i) => i * i).join();
    expect(look(`${names.join()}\n${numbers}\n${numbers}\n`).read.rows).toEqual([]);
  });
});
