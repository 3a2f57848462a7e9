// Judges versions and candidates on held-out rows: the data set's, and, apart, the new samples'.
import type { Digest } from '../core/artifact/digest.ts';
import type { Evaluation } from '../core/artifact/documents.ts';
import { HaversackError } from '../core/errors.ts';
import { compare, type Comparison, type JudgedRows } from '../core/evaluate/compare.ts';
import { evaluate } from '../core/evaluate/metrics.ts';
import type { TrainControl } from '../core/train/engine.ts';
import { answersOn, type Judged } from './answers.ts';
import { database } from './database.ts';
import type { ModelFile } from './model-file.ts';
import { openOrtSession } from './ort-session.ts';
import type { VersionRef } from './protocol.ts';
import { readStoredCandidate, readStoredModel, type StoredModel } from './stored-model.ts';
import { type DataTable, readVersionData, rowsOf, type VersionData } from './training-data.ts';

/** A variant on the data set's test part where it came with one, and on the new samples' where there are any. */
export async function evaluateVariant(
  ref: VersionRef & { readonly variant: string },
  control: TrainControl,
): Promise<Evaluation[]> {
  const db = await database();
  const model = await readStoredModel(db, ref);
  const data = await readVersionData(db, model.body);
  return withSession(model, async judged => {
    const evaluations: Evaluation[] = [];
    for (const [table, origin] of origins(data)) {
      const rows = rowsOf(table, 'test', data.labels);
      if (rows.rows === 0) continue;
      const { answers, probabilities } = await answersOn(judged, rows, control);
      const context = {
        part: 'test',
        origin,
        dataset: table.digest,
        ...(probabilities && { probabilities }),
      } as const;
      evaluations.push(evaluate(rows.labels, answers, data.labels, context));
    }
    return evaluations;
  });
}

/** Both on the held-out rows of the old one, and on held-out samples. */
export async function compareVersions(
  oldRef: VersionRef,
  newRef: VersionRef | { readonly candidate: Digest },
  control: TrainControl,
): Promise<Comparison> {
  const db = await database();
  const [oldModel, newModel] = await Promise.all([
    readStoredModel(db, oldRef),
    'candidate' in newRef ? readStoredCandidate(db, newRef.candidate) : readStoredModel(db, newRef),
  ]);
  const data = await readVersionData(db, oldModel.body);
  return withSession(oldModel, old =>
    withSession(newModel, challenger => compareOn(data, { old, challenger }, control)),
  );
}

export async function compareOn(
  data: VersionData,
  { old, challenger }: { readonly old: Judged; readonly challenger: Judged },
  control: TrainControl,
): Promise<Comparison> {
  if (old.labels.join('\n') !== challenger.labels.join('\n')) {
    throw new HaversackError(
      'BadRequest',
      `the labels differ: ${old.labels.slice(0, 12).join(', ')}; ${challenger.labels.slice(0, 12).join(', ')}`,
    );
  }
  const judge = async (
    table: DataTable | null,
    devices?: readonly (string | null)[],
  ): Promise<JudgedRows | null> => {
    const rows = rowsOf(table, 'test', data.labels);
    if (!table || rows.rows === 0) return null;
    const before = await answersOn(old, rows, control);
    const after = await answersOn(challenger, rows, control);
    return {
      truth: rows.labels,
      old: before.answers,
      new: after.answers,
      ...(before.probabilities && { oldProbabilities: before.probabilities }),
      ...(after.probabilities && { newProbabilities: after.probabilities }),
      dataset: table.digest,
      ...(devices && { devices: devices.filter((_, row) => table.dataset.parts[row] === 'test') }),
    };
  };
  return compare(data.labels, {
    parent: await judge(data.parent),
    added: await judge(data.added, data.addedBy),
  });
}

/** On WASM, the reference: figures are to be the same on every device. */
export async function withSession<T>(
  { body, file }: Pick<StoredModel, 'body'> & { readonly file: ModelFile },
  use: (judged: Judged) => Promise<T>,
): Promise<T> {
  const session = await openOrtSession(file, 'wasm');
  try {
    return await use({ session, modelInterface: body.interface, labels: body.labels ?? [] });
  } finally {
    await session.dispose();
  }
}

function origins({ parent, added }: VersionData): [DataTable, Evaluation['origin']][] {
  const tables: [DataTable | null, Evaluation['origin']][] = [
    [parent, 'parent'],
    [added, 'new'],
  ];
  return tables.flatMap(([table, origin]) => (table ? [[table, origin]] : []));
}
