// What a model is for, where nobody says: by how its answer is decided.
import type { Manifest } from './documents.ts';
import type { ModelInterface } from './interface.ts';

export function taskOf({ decision }: Pick<ModelInterface, 'decision'>): Manifest['task'] {
  if (!decision) return 'other';
  return decision.kind === 'value' ? 'regression' : 'classification';
}
