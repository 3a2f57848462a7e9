// The document and chunks of a model that a project became. What was shown is not among them: a digest tells of it, and the
// record is of pictures, sounds and rows of nothing.
import { documentDigest } from '../core/artifact/canonical.ts';
import { chunkFile, type ChunkedFile } from '../core/artifact/chunks.ts';
import type { Bytes } from '../core/artifact/digest.ts';
import type { Candidate, Evaluation } from '../core/artifact/documents.ts';
import { interfaceAfter, shownRecipe } from '../core/artifact/face.ts';
import type { InputInterface, ModelInterface } from '../core/artifact/interface.ts';
import type { Recorded } from '../core/artifact/recorded.ts';
import { evaluate } from '../core/evaluate/metrics.ts';
import { architectureDigest } from '../core/onnx/architecture.ts';
import { tensorLayout } from '../core/onnx/layout.ts';
import { toRecordedMap } from '../core/runtime/recorded-tensors.ts';
import type { Session } from '../core/runtime/session.ts';
import { probabilitiesOutput } from '../core/teach/compose-classifier.ts';
import { soundRate } from '../core/teach/sound-windows.ts';
import { sureAbove } from '../core/teach/sure-above.ts';
import { builtInEmbedder, type Example, type Project } from '../device/project-schemas.ts';
import type { Learnt } from './project-answerer.ts';
import type { ChosenEmbedder } from './project-embedder.ts';
import type { AnsweredRows } from './project-judge.ts';
import { recordedPhoto } from './recorded-photos.ts';
import { recordedRow } from './recorded-rows.ts';
import { recordedSound } from './recorded-sounds.ts';
import type { StoredModel } from './stored-model.ts';

const recordedCases = 4;
/** What is built in has no weights but the head's. */
const builtInVariant = 'fp32';
/** Of a probability: providers add up in other orders, and a head makes much of little. */
const recordedTolerance = 1e-2;

/** The version that the new one comes after. */
export interface Parent {
  readonly ref: NonNullable<Candidate['parent']>;
  readonly model: StoredModel;
}

export interface FinishedProject {
  readonly project: Project;
  /** All that are in the store. */
  readonly examples: readonly Example[];
  readonly learnt: Learnt;
  readonly heldOut: AnsweredRows;
  readonly chosen: ChosenEmbedder;
  /** Embedder and head. */
  readonly file: Bytes;
  /** What the embedder's last blocks learnt too: how much of its weights, in how many epochs. Null: a head alone. */
  readonly blocks: { readonly share: number; readonly epochs: number } | null;
  /** Of `file`. */
  readonly session: Session;
  /** Of rows, what was seen of each column; null: none were shown. */
  readonly ranges: [number, number][] | null;
  /** Null: it founds a model. */
  readonly parent: Parent | null;
  /** Key id of this device. */
  readonly device: string;
}

export interface ProjectCandidate {
  readonly candidate: Candidate;
  readonly chunks: ReadonlyMap<string, Bytes>;
}

export async function buildProjectCandidate(finished: FinishedProject): Promise<ProjectCandidate> {
  const { project, heldOut, parent } = finished;
  const labels = project.classes.map(({ label }) => label);
  const file = await chunkFile(finished.file, tensorLayout(finished.file));
  const recorded = await recordedFile(finished);
  const data = await dataDigest(finished, labels);
  const candidate: Candidate = {
    type: 'candidate',
    formatVersion: 1,
    model: project.model,
    parent: parent && parent.ref,
    task: 'classification',
    interface: interfaceOf(finished, labels),
    labels,
    architecture: await architectureDigest(finished.file),
    evaluations: evaluationsOf(heldOut, labels, { dataset: data, origin: parent ? 'new' : 'parent' }),
    recipe: recipeOf(finished),
    data: {
      digest: data,
      rows: rowsOf(finished),
      added: null,
    },
    createdAt: new Date().toISOString(),
    device: finished.device,
    authority: { variant: finished.chosen.from?.variant ?? builtInVariant, file: file.ref },
    artifacts: {
      dataset: null,
      recorded: { file: recorded.ref, mediaType: 'application/json', cases: recordedCases },
      topology: null,
    },
    note: noteOf(finished),
  };
  return { candidate, chunks: new Map([...file.chunks, ...recorded.chunks]) };
}

/** A head learns from all rows in the end; last blocks never from those that said when to stop. */
function rowsOf({ learnt, heldOut, blocks }: FinishedProject): NonNullable<Candidate['data']>['rows'] {
  const validation = blocks ? learnt.judged.rows.length : 0;
  return { train: learnt.rows.ids.length - validation, validation, test: heldOut.ids.length };
}

/** Of what was learnt from and judged on: what was shown, as what, in which part. */
function dataDigest({ examples, project, learnt, heldOut }: FinishedProject, labels: readonly string[]) {
  const used = new Set([...learnt.rows.ids, ...heldOut.ids]);
  const places = new Map(project.classes.map(({ id }, place) => [id, place]));
  const rows = examples
    .filter(({ id }) => used.has(id))
    .map(({ id, part, class: of }) => ({ photo: id, label: labels[places.get(of)!]!, part }));
  return documentDigest(rows.sort((a, b) => (a.photo < b.photo ? -1 : 1)));
}

/** Of the first version those are its own rows; of those after it, what was shown since. */
function evaluationsOf(
  heldOut: AnsweredRows,
  labels: readonly string[],
  on: Pick<Evaluation, 'dataset' | 'origin'>,
): Evaluation[] {
  const { ids, labels: truth, answers, probabilities } = heldOut;
  if (ids.length === 0) return [];
  return [evaluate(truth, answers, labels, { part: 'test', ...on, probabilities })];
}

function meaningOf({ project, ranges }: FinishedProject): InputInterface['meaning'] {
  switch (project.kind) {
    case 'photo':
      return { kind: 'image', layout: 'NHWC', range: [0, 255], preparation: 'photo', names: null };
    case 'sound':
      return { kind: 'waveform', sampleRate: soundRate };
    case 'row': {
      const names = project.columns ?? [];
      return { kind: 'features', names, units: names.map(() => null), ranges };
    }
  }
}

function interfaceOf(finished: FinishedProject, labels: readonly string[]): ModelInterface {
  const { session, learnt, parent } = finished;
  const [input] = session.inputs;
  const made: ModelInterface = {
    inputs: [
      {
        ...input!,
        shape: [...input!.shape],
        meaning: meaningOf(finished),
      },
    ],
    outputs: [
      {
        name: probabilitiesOutput,
        datatype: 'FP32',
        shape: [-1, labels.length],
        meaning: { kind: 'probabilities', unit: null },
      },
    ],
    decision: {
      kind: 'softmax',
      output: probabilitiesOutput,
      from: 'probabilities',
      notSureBelow: notSureBelow(learnt),
    },
  };
  return parent ? interfaceAfter(parent.model.body.interface, made) : made;
}

/** On rows that were kept out while the head was learnt from the others: the test part only judges. */
function notSureBelow({ judged, rows }: Learnt): number {
  const labels = Int32Array.from(judged.rows, row => rows.labels[row]!);
  return sureAbove({ classes: rows.classes, probabilities: judged.probabilities, labels });
}

function recipeOf({ chosen: { embedder, from }, learnt, blocks }: FinishedProject): Candidate['recipe'] {
  const { penalty, temperature } = learnt;
  return {
    kind: shownRecipe,
    embedder: { ...(from ?? { kind: builtInEmbedder }), file: embedder.digest },
    head: { kind: 'softmax-regression', penalty, temperature },
    ...(blocks && { blocks }),
  };
}

const told = {
  photo: ['photos', 'seen'],
  sound: ['seconds of sound', 'heard'],
  row: ['rows of numbers', 'told apart'],
} as const;

function noteOf({ learnt, heldOut, project, chosen: { from } }: FinishedProject): string {
  const count = learnt.rows.ids.length + heldOut.ids.length;
  const by = from ? `${from.model}@${from.version}` : 'what is built in';
  const [what, how] = told[project.kind];
  return `${count} ${what} of ${project.classes.length} classes, ${how} by ${by}`;
}

/** The file's own answers. */
async function recordedFile({ session, project, ranges }: FinishedProject): Promise<ChunkedFile> {
  const cases: Recorded['cases'] = [];
  const recorders = {
    photo: recordedPhoto,
    sound: recordedSound,
    row: (seed: number) => recordedRow(seed, ranges ?? []),
  };
  const recorded = recorders[project.kind];
  for (let seed = 1; seed <= recordedCases; seed++) {
    const inputs = { [session.inputs[0]!.name]: recorded(seed) };
    cases.push({ inputs: toRecordedMap(inputs), outputs: toRecordedMap(await session.run(inputs)) });
  }
  const document: Recorded = { tolerance: recordedTolerance, cases };
  return chunkFile(new TextEncoder().encode(JSON.stringify(document)));
}
