// Samples that no training on this device has seen, and from how many on the app offers to learn.
import type { CandidateRow, Sample } from '../../device/schema.ts';

/** Enough for a difference that shows, few enough to be labelled in a minute. */
export const offerFrom = 10;

/** Those labelled since the model's newest candidate was made; thrown away candidates are no longer there. */
export function unlearnt(
  model: string,
  samples: readonly Sample[],
  candidates: readonly Pick<CandidateRow, 'model' | 'createdAt'>[],
): number {
  const trainedAt = candidates
    .filter(candidate => candidate.model === model)
    .reduce((latest, { createdAt }) => (createdAt > latest ? createdAt : latest), '');
  return samples.filter(sample => sample.model === model && sample.createdAt > trainedAt).length;
}
