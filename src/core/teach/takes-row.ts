// Whether an input takes rows of these columns, as they are.
import type { InputInterface } from '../artifact/interface.ts';
import { saidNames } from '../data/columns.ts';

/**
 * FP32 [n, columns]. By position: what names its columns otherwise may well mean the same, but where they are the same names in
 * another order, each would be taken for another.
 */
export function takesRow(input: InputInterface, columns: readonly string[]): boolean {
  const { datatype, shape } = input;
  if (datatype !== 'FP32' || shape.length !== 2 || shape[1] !== columns.length) return false;
  const names = saidNames(input);
  if (names?.length !== columns.length) return true;
  const isSame = names.every((name, i) => name === columns[i]);
  return isSame || !names.every(name => columns.includes(name));
}
