// Examples as a classifier is learnt from them: where they come from and what they show is forgotten.

/** A row an example, oldest first. */
export interface LabelledEmbeddings {
  /** Numbers of one embedding. */
  readonly width: number;
  readonly classes: number;
  /** [rows, width], row-major. */
  readonly embeddings: Float32Array<ArrayBuffer>;
  /** [rows], each a class's index. */
  readonly labels: Int32Array<ArrayBuffer>;
  /** [rows]: what was recorded in one go has one name. */
  readonly recordings: readonly string[];
}

/** The rows at those places, in that order. */
export function rowsAt(rows: LabelledEmbeddings, places: readonly number[]): LabelledEmbeddings {
  const { width, classes } = rows;
  const embeddings = new Float32Array(places.length * width);
  places.forEach((place, i) => {
    embeddings.set(rows.embeddings.subarray(place * width, (place + 1) * width), i * width);
  });
  return {
    width,
    classes,
    embeddings,
    labels: Int32Array.from(places, place => rows.labels[place]!),
    recordings: places.map(place => rows.recordings[place]!),
  };
}
