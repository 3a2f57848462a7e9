// The numbers of one sample, as columns of a table.
import type { InputInterface } from '../artifact/interface.ts';
import { elements } from '../tensor.ts';

/** Numbers of one sample. */
export function sampleSize({ shape }: Pick<InputInterface, 'shape'>): number {
  return elements(shape.slice(1).map(dimension => Math.max(dimension, 1)));
}

/** Column names of one sample where the interface says them. */
export function saidNames({ meaning }: Pick<InputInterface, 'meaning'>): readonly string[] | null {
  return meaning && 'names' in meaning ? meaning.names : null;
}

/** Column names of one sample: the interface's, else 1, 2, 3 … */
export function columnNames(input: InputInterface): readonly string[] {
  return saidNames(input) ?? Array.from({ length: sampleSize(input) }, (_, i) => String(i + 1));
}
