// Rows as numbers: what training learns from and evaluation judges on. Knows no file format and no engine.

export interface LabelledRows {
  /** [rows, numbers of one sample], row-major, in the model's own units. */
  readonly features: Float32Array<ArrayBuffer>;
  /** [rows], indices into the labels. */
  readonly labels: Int32Array<ArrayBuffer>;
  readonly rows: number;
}

/** Joins rows of one width: the replayed training part and the new samples. */
export function concatRows(parts: readonly LabelledRows[]): LabelledRows {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const features = new Float32Array(parts.reduce((sum, part) => sum + part.features.length, 0));
  const labels = new Int32Array(rows);
  let featureOffset = 0;
  let labelOffset = 0;
  for (const part of parts) {
    features.set(part.features, featureOffset);
    labels.set(part.labels, labelOffset);
    featureOffset += part.features.length;
    labelOffset += part.rows;
  }
  return { features, labels, rows };
}
