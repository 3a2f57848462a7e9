// The sets of photographs that teaching is measured by, with the handwriting that two of them take.
import csv from '../../../demo/data/digits.csv?raw';
import { parseTable } from '../../../src/core/data/table.ts';
import { drawnDigits } from '../../teach/drawn-digits.ts';
import { type Handwriting, pages, type PhotoSet, textCrops, writtenDigits } from '../../teach/photo-sets.ts';

export function setNamed(name: string): PhotoSet {
  const { rows } = parseTable(csv);
  const handwriting: Handwriting = {
    cells: rows.map(row => row.slice(0, -1).map(Number)),
    digits: rows.map(row => Number(row.at(-1))),
  };
  const sets = [pages, textCrops, writtenDigits(handwriting), drawnDigits(handwriting)];
  const found = sets.find(set => set.name === name);
  if (!found) throw new Error(`no set of photographs is called ${name}`);
  return found;
}
