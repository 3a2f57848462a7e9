// What a device sends of a project that was taught by showing: a candidate made as the app makes it, and its file.
import { openNodeSession } from '../../../server/inference/session.ts';
import { composeClassifier } from '../../../src/core/teach/compose-classifier.ts';
import { probabilitiesOf } from '../../../src/core/teach/head.ts';
import { trainHead } from '../../../src/core/teach/train-head.ts';
import type { Tensor } from '../../../src/core/tensor.ts';
import type { Example, Project } from '../../../src/device/project-schemas.ts';
import { buildProjectCandidate, type FinishedProject } from '../../../src/worker/project-candidate.ts';

export interface TaughtBy extends Pick<Project, 'kind' | 'model' | 'columns'> {
  /** Of its classes. */
  readonly names: readonly string[];
  /** Built in. */
  readonly embedder: FinishedProject['chosen']['embedder'];
  readonly taken: FinishedProject['chosen']['taken'];
  readonly ranges: FinishedProject['ranges'];
  /** What the embedder is fed of all that was shown, which is learnt from and judged on. */
  readonly shown: Readonly<Record<string, Tensor>>;
  /** Of each the place of its class. */
  readonly labels: Int32Array<ArrayBuffer>;
  /** Key id. */
  readonly device: string;
}

export async function taughtCandidate(by: TaughtBy) {
  const { kind, model, columns, names, embedder, taken, ranges, labels, device } = by;
  const embedding = await openNodeSession(embedder.model);
  const embedded = await embedding.run(by.shown);
  await embedding.dispose();
  const now = '2026-11-27T12:00:00.000Z';
  const project: Project = {
    id: crypto.randomUUID(),
    kind,
    model,
    classes: names.map(label => ({ id: crypto.randomUUID(), label, isNone: false })),
    columns,
    embedder: 'built-in',
    candidate: null,
    createdAt: now,
    updatedAt: now,
  };
  const ids = Array.from(labels, (_, i) => i.toString(16).padStart(64, '0'));
  const rows = {
    width: embedder.width,
    classes: names.length,
    embeddings: embedded['embedding']!.data as Float32Array<ArrayBuffer>,
    labels,
    recordings: ids,
    ids,
    classIds: project.classes.map(({ id }) => id),
  };
  const learnt = { ...(await trainHead(rows)), rows };
  const probabilities = probabilitiesOf(learnt.head, rows.embeddings);
  const file = composeClassifier(embedder, learnt.head);
  const session = await openNodeSession(file);
  const made = await buildProjectCandidate({
    project,
    examples: ids.map((id, i) => ({ id, class: rows.classIds[labels[i]!]!, part: 'test' }) as Example),
    learnt,
    heldOut: { ...rows, probabilities, answers: labels },
    chosen: { embedder, taken, from: null },
    ranges,
    file,
    session,
    parent: null,
    blocks: null,
    device,
  });
  await session.dispose();
  return { ...made, file, probabilities };
}
