// What whoever uses a model goes by: what is asked of it and what it answers. What is taught from a version keeps it.
import { canonicalBytes, documentDigest } from './canonical.ts';
import type { Candidate } from './documents.ts';
import type { ModelInterface } from './interface.ts';

export type Face = Pick<Candidate, 'interface' | 'labels' | 'task'>;

export async function hasSameFace(a: Face, b: Face): Promise<boolean> {
  const digestOf = ({ interface: face, labels, task }: Face) => documentDigest({ face, labels, task });
  return (await digestOf(a)) === (await digestOf(b));
}

/**
 * How what comes after a version is asked, and answers: as that does, also in when it is not sure, where nothing but the
 * threshold is another. Else as it was made.
 */
export function interfaceAfter(before: ModelInterface, made: ModelInterface): ModelInterface {
  const without = ({ decision, ...rest }: ModelInterface) =>
    new TextDecoder().decode(canonicalBytes({ ...rest, decision: { ...decision, notSureBelow: null } }));
  return without(before) === without(made) ? before : made;
}
