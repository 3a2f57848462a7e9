// What a labelled sample is called: by what it holds, so that the same one is one wherever it comes from.
import { HaversackError } from '../errors.ts';
import { documentDigest } from './canonical.ts';
import type { Digest } from './digest.ts';
import type { Samples } from './documents.ts';

export function sampleIdOf(sample: {
  readonly model: string;
  readonly label: string;
  readonly features: readonly number[];
}): Promise<Digest> {
  const { model, label, features } = sample;
  return documentDigest({ model, label, features });
}

/** @throws HaversackError `DocumentInvalid` where a sample is called by what it does not hold */
export async function checkSampleIds({ model, samples }: Samples): Promise<void> {
  for (const { id, label, features } of samples) {
    if ((await sampleIdOf({ model, label, features })) === id) continue;
    throw new HaversackError('DocumentInvalid', `sample ${id.slice(0, 12)} is called by other content`);
  }
}
