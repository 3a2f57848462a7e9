// The same file once more, with something else said of it: a version is what it was signed as.
import type { Manifest } from '../../src/core/artifact/documents.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { SaidOfModel } from '../../src/core/import/said-face.ts';

/**
 * @param said what is null is not said, and differs from nothing
 * @throws HaversackError `Conflict` where the version has other labels or pixels, with how to make one that has these
 */
export function requireSaidAlike(
  { version, labels, interface: face }: Pick<Manifest, 'version' | 'labels' | 'interface'>,
  said: SaidOfModel,
): void {
  const meaning = face.inputs[0]?.meaning;
  const pixels = meaning?.kind === 'image' ? meaning.range : null;
  const differs = (['labels', 'pixels'] as const).filter(
    part => said[part] && JSON.stringify(said[part]) !== JSON.stringify({ labels, pixels }[part]),
  );
  if (differs.length === 0) return;
  throw new HaversackError(
    'Conflict',
    `version ${version} is this file with other ${differs.join(' and ')}; for a version with these, send it with parent=${version}`,
  );
}
