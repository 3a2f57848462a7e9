import { expect, it } from 'vitest';
import { oddColumns } from '../../../src/core/teach/odd-columns.ts';
import { readRowTable } from '../../../src/core/teach/row-table.ts';

it('a column that rises by exactly 1 a row, and one without a name, are odd', () => {
  const long = 'n'.repeat(257);
  const table = readRowTable(`,Id,a,down,${long},kind\n7,1,1,3,0,x\n8,2,2,2,0,x\n11,3,4,1,0,y\n`);
  expect([...oddColumns(table)]).toEqual([
    ['', 'unnamed'],
    ['Id', 'counts'],
    [long, 'long'],
  ]);
});

it('of fewer than three rows none is told to count, nor where a cell is no number', () => {
  expect(oddColumns(readRowTable('a,b\n1,5\n2,6\n')).size).toBe(0);
  expect(oddColumns(readRowTable('a,b\n1,5\n?,5\n3,5\n')).size).toBe(0);
});
