// Whether an input takes rows of these columns, as they are.
import type { InputInterface } from '../artifact/interface.ts';
import { saidNames } from '../data/columns.ts';

/**
 * FP32 [n, columns] for any n, or for one. By position: what names its columns otherwise may well mean the same, but where one of
 * the names stands in another place, a column would be taken for another.
 */
export function takesRow(input: InputInterface, columns: readonly string[]): boolean {
  const { datatype, shape } = input;
  const [rows, width] = shape;
  if (datatype !== 'FP32' || shape.length !== 2 || width !== columns.length) return false;
  if (rows !== -1 && rows !== 1) return false;
  const names = saidNames(input);
  if (names?.length !== columns.length) return true;
  return names.every((name, i) => name === columns[i] || !columns.includes(name));
}
