// What a version lacks to be taught here, by name; nothing else than what every engine needs.
import type { Manifest } from '../../../core/artifact/documents.ts';

export type Lack = 'dataset' | 'labels' | 'decision';

/** Empty where it can be taught. */
export function lacksOf({ artifacts, labels, interface: face }: Manifest): Lack[] {
  const lacks: Lack[] = [];
  if (artifacts.dataset === null) lacks.push('dataset');
  if (labels === null) lacks.push('labels');
  if (face.decision?.kind !== 'softmax') lacks.push('decision');
  return lacks;
}
