// What a project lacks most to tell its classes apart.
import type { ProjectClass } from '../../../device/projects.ts';

export type Missing =
  | { readonly kind: 'class' }
  | { readonly kind: 'photos'; readonly name: string }
  | { readonly kind: 'balance'; readonly few: string; readonly many: string };

/** So many times fewer photos than another class. */
const farFewer = 5;

/** The first thing to do; null: nothing. */
export function missingFrom(
  classes: readonly ProjectClass[],
  byClass: ReadonlyMap<string, { readonly length: number }>,
): Missing | null {
  if (classes.length < 2) return { kind: 'class' };
  const counted = classes.map(({ id, label }) => ({ label, n: byClass.get(id)?.length ?? 0 }));
  const empty = counted.find(({ n }) => n === 0);
  if (empty) return { kind: 'photos', name: empty.label };
  const sorted = counted.sort((a, b) => a.n - b.n);
  const [few, many] = [sorted[0]!, sorted.at(-1)!];
  return few.n * farFewer < many.n ? { kind: 'balance', few: few.label, many: many.label } : null;
}

/** Whether there is enough to make a model of: two classes, and photos in each. */
export function canFinish(
  classes: readonly ProjectClass[],
  byClass: ReadonlyMap<string, { readonly length: number }>,
): boolean {
  return classes.filter(({ id }) => (byClass.get(id)?.length ?? 0) > 0).length >= 2;
}
