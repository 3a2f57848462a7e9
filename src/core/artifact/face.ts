// What whoever uses a model goes by: what is asked of it and what it answers. What is taught from a version keeps it.
import { canonicalBytes, documentDigest } from './canonical.ts';
import type { Candidate } from './documents.ts';
import type { ModelInterface } from './interface.ts';

type Face = Pick<Candidate, 'interface' | 'labels' | 'task'>;

async function hasSameFace(a: Face, b: Face): Promise<boolean> {
  const digestOf = ({ interface: face, labels, task }: Face) => documentDigest({ face, labels, task });
  return (await digestOf(a)) === (await digestOf(b));
}

/**
 * Whether a candidate may come after a version: with its face; or, where both were taught by showing, with other classes and other
 * ranges of its columns, for those follow from what is shown. Who promotes it decides for whoever goes by the labels.
 */
export async function mayFollow(
  before: Face & Pick<Candidate, 'recipe'>,
  next: Face & Pick<Candidate, 'recipe'>,
): Promise<boolean> {
  if (await hasSameFace(before, next)) return true;
  const areShown = before.recipe?.kind === shownRecipe && next.recipe?.kind === shownRecipe;
  return areShown && hasSameFace(withoutClasses(before), withoutClasses(next));
}

/** The `kind` of a recipe that says how a model was taught by showing. */
export const shownRecipe = 'show';

/** With an output as wide as there are classes, with a threshold that is theirs, and columns that reach as far as was shown. */
function withoutClasses({ interface: face, labels, task }: Face): Face {
  const outputs = face.outputs.map(output => ({
    ...output,
    shape: output.shape.map((size, axis) => (axis > 0 && size === labels?.length ? -1 : size)),
  }));
  const { decision } = face;
  const open = decision?.kind === 'softmax' ? { ...decision, notSureBelow: 0 } : decision;
  return {
    interface: { ...face, inputs: withoutRanges(face.inputs), outputs, decision: open },
    labels: null,
    task,
  };
}

/** Columns reach as far as was shown. */
function withoutRanges(inputs: ModelInterface['inputs']): ModelInterface['inputs'] {
  return inputs.map(input =>
    input.meaning?.kind === 'features' ? { ...input, meaning: { ...input.meaning, ranges: null } } : input,
  );
}

/**
 * How what comes after a version is asked, and answers: as that does, also in when it is not sure, where nothing but the
 * threshold is another, and how far its columns reach: these stay as they were made. Else all is as it was made.
 */
export function interfaceAfter(before: ModelInterface, made: ModelInterface): ModelInterface {
  const without = ({ decision, inputs, ...rest }: ModelInterface) =>
    new TextDecoder().decode(
      canonicalBytes({
        ...rest,
        inputs: withoutRanges(inputs),
        decision: { ...decision, notSureBelow: null },
      }),
    );
  return without(before) === without(made) ? { ...before, inputs: made.inputs } : made;
}
