// What whoever uses a model goes by: what is asked of it and what it answers. What is taught from a version keeps it.
import { documentDigest } from './canonical.ts';
import type { Candidate } from './documents.ts';

export type Face = Pick<Candidate, 'interface' | 'labels' | 'task'>;

export async function hasSameFace(a: Face, b: Face): Promise<boolean> {
  const digestOf = ({ interface: face, labels, task }: Face) => documentDigest({ face, labels, task });
  return (await digestOf(a)) === (await digestOf(b));
}
