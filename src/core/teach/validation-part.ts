// Which of the examples that are learnt from say when to stop: recordings stay whole, and nothing of the held-out part is read.
import { foldsOf } from './folds.ts';
import type { LabelledEmbeddings } from './labelled-embeddings.ts';

/** One in so many. */
const validationFolds = 8;

export interface LearningParts {
  /** Places of the rows. */
  readonly learn: readonly number[];
  /** Empty where nothing can be spared. */
  readonly validate: readonly number[];
}

/** Of the fold with most classes; rows of a class that would have none left to learn from are learnt. */
export function learningParts(rows: Pick<LabelledEmbeddings, 'labels' | 'recordings'>): LearningParts {
  const folds = foldsOf(rows, validationFolds);
  const places = [...rows.labels.keys()];
  const classesIn = (fold: number) =>
    new Set(places.filter(place => folds[place] === fold).map(place => rows.labels[place])).size;
  const sizes = Array.from({ length: validationFolds }, (_, fold) => classesIn(fold));
  // Of those with as many, the last: where a class has few rows, the first folds have them.
  const chosen = sizes.lastIndexOf(Math.max(...sizes));
  const isLeft = new Set(places.filter(place => folds[place] !== chosen).map(place => rows.labels[place]));
  const validate = places.filter(place => folds[place] === chosen && isLeft.has(rows.labels[place]));
  const validated = new Set(validate);
  return { learn: places.filter(place => !validated.has(place)), validate };
}
