// What a version lacks to be taught here, by name: nothing else than what every engine needs. Without a data set it learns
// from samples alone.
import type { Manifest } from '../../../core/artifact/documents.ts';

export type Lack = 'labels' | 'decision';

/** Empty where it can be taught. */
export function lacksOf({ labels, interface: face }: Pick<Manifest, 'labels' | 'interface'>): Lack[] {
  const lacks: Lack[] = [];
  if (labels === null) lacks.push('labels');
  if (face.decision?.kind !== 'softmax') lacks.push('decision');
  return lacks;
}
