// What embeds the photos, sounds or rows of a project: the beginning of a version of the library, or what is built in, as a session.
import type { Bytes, Digest } from '../core/artifact/digest.ts';
import type { InputInterface, ModelInterface } from '../core/artifact/interface.ts';
import { envelopeDigest } from '../core/artifact/signature.ts';
import { HaversackError, toFailure } from '../core/errors.ts';
import type { Embedder, EmbeddingPoint, PhotoPreparation } from '../core/teach/embedder.ts';
import { embeddingPoints } from '../core/teach/embedding-points.ts';
import { embeddingOutput, makeEmbedder } from '../core/teach/make-embedder.ts';
import { assumedPreparation, preparationOf } from '../core/teach/photo-preparation.ts';
import { makeRowEmbedder } from '../core/teach/row-embedder.ts';
import { fitRows, isOutgrown, type RowFit } from '../core/teach/row-fit.ts';
import type { ShownKind } from '../core/teach/shown-kind.ts';
import { makeSoundEmbedder } from '../core/teach/sound-embedder.ts';
import { soundLength, soundRate } from '../core/teach/sound-windows.ts';
import { takesRow } from '../core/teach/takes-row.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Database } from '../device/db.ts';
import { fileOfInstalled, openInstalled, readFile } from '../device/library.ts';
import { keptSide } from '../device/prepare-photo.ts';
import {
  builtInEmbedder,
  type EmbedderChoice,
  type EmbedderRef,
  type Project,
} from '../device/project-schemas.ts';
import { chosenProvider } from './choice.ts';
import { FallbackSession } from './fallback-session.ts';
import type { WebProvider } from './ort.ts';
import { openOrtSession, type OrtSession } from './ort-session.ts';
import type { VersionRef } from './protocol.ts';
import type { Taken } from './shown-tensor.ts';

/**
 * Pixels along both sides, as classifiers of photos mostly see them. Detectors look for what is small at 416 and 512, which
 * takes four times as long and more; what a photo shows as a whole is told without.
 */
const enoughSide = 224;

/** Of a sound to a model that prepares photos itself: whatever size it takes is resized once more inside. */
const pictureSide = 128;

/** An embedder, what it takes, and where it is from. */
export interface ChosenEmbedder {
  readonly embedder: Embedder;
  readonly taken: Taken;
  /** Null: it is built in. */
  readonly from:
    | (EmbedderRef & {
        /** Of the version's manifest. */
        readonly digest: Digest;
        /** The variant whose weights it has. */
        readonly variant: string;
      })
    | null;
}

/** Where a version's embedding may be taken, the proposed place first. @throws HaversackError as `readVersion` */
export async function pointsOf(db: Database, ref: VersionRef): Promise<EmbeddingPoint[]> {
  const { file, labels } = await readVersion(db, ref);
  return embeddingPoints(file, labels);
}

/** What is shown to a project. */
type ShownTo = Pick<Project, 'kind' | 'columns'>;

/**
 * @param fit of the rows that are learnt from, for what is built in for rows; null: there are none yet
 * @throws HaversackError `NotInstalled`, `ChunkInvalid`; `TrainingImpossible` where the version takes no photos, or no such rows, or
 * has no such place
 */
async function readEmbedder(
  db: Database,
  choice: EmbedderChoice,
  shown: ShownTo,
  fit: RowFit | null,
): Promise<ChosenEmbedder> {
  if (choice !== builtInEmbedder) return readFromLibrary(db, choice, shown);
  if (fit) return { embedder: await makeRowEmbedder(fit), taken: takenOfRows(shown), from: null };
  return { embedder: await makeSoundEmbedder(), taken: { kind: 'sound' }, from: null };
}

/** @throws HaversackError `TrainingImpossible` */
function takenOfRows({ columns }: ShownTo): Extract<Taken, { readonly kind: 'row' }> {
  if (columns) return { kind: 'row', columns: columns.length };
  throw new HaversackError('TrainingImpossible', 'nobody said yet which columns its rows have');
}

async function readFromLibrary(db: Database, ref: EmbedderRef, shown: ShownTo): Promise<ChosenEmbedder> {
  const { file, labels, variant, digest, modelInterface } = await readVersion(db, ref);
  const point = embeddingPoints(file, labels).find(({ value }) => value === ref.value);
  if (!point) {
    throw new HaversackError(
      'TrainingImpossible',
      `${ref.model}@${ref.version} has no place '${ref.value}' where an embedding could be taken`,
    );
  }
  const { kind } = shown;
  const from = { ...ref, digest, variant };
  if (kind === 'row') {
    assertTakesRow(ref, modelInterface, shown);
    return { embedder: await makeEmbedder(file, point, null, kind), taken: takenOfRows(shown), from };
  }
  const wanted = preparationFor(ref, modelInterface, kind);
  const { embedder, preparation } = await smallestEmbedder(file, point, wanted, kind);
  return { embedder, taken: kind === 'sound' ? { kind } : { kind, side: sideFor(preparation) }, from };
}

/** @throws HaversackError `TrainingImpossible` */
function assertTakesRow(ref: VersionRef, { inputs }: ModelInterface, { columns }: ShownTo): void {
  const [input] = inputs;
  if (input && inputs.length === 1 && columns && takesRow(input, columns)) return;
  const wanted = columns ? `[n, ${columns.length}], in this order: ${columns.join(', ')}` : 'rows';
  throw new HaversackError(
    'TrainingImpossible',
    `${ref.model}@${ref.version} takes ${told(inputs)}; one input is wanted for ${wanted}`,
  );
}

function told(inputs: readonly InputInterface[]): string {
  return inputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join('; ') || 'nothing';
}

/** Half of the detail is lost to the resize inside; more would only be carried there. */
function sideFor(preparation: PhotoPreparation | null): number {
  return preparation ? 2 * Math.max(preparation.height, preparation.width) : keptSide;
}

/** Rows are taken as they are. */
type FiledKind = Exclude<ShownKind, 'row'>;

interface PreparedEmbedder {
  readonly embedder: Embedder;
  readonly preparation: PhotoPreparation | null;
}

/** Brought to fewer pixels than the model says, where its beginning goes with that, as convolutions do. */
async function smallestEmbedder(
  file: Bytes,
  point: EmbeddingPoint,
  preparation: PhotoPreparation | null,
  kind: FiledKind,
): Promise<PreparedEmbedder> {
  if (preparation && Math.min(preparation.height, preparation.width) > enoughSide) {
    const smaller = { ...preparation, height: enoughSide, width: enoughSide };
    try {
      return { embedder: await makeEmbedder(file, point, smaller, kind), preparation: smaller };
    } catch (error) {
      if (toFailure(error).code !== 'ModelInvalid') throw error;
    }
  }
  return { embedder: await makeEmbedder(file, point, preparation, kind), preparation };
}

interface ReadVersion {
  readonly file: Bytes;
  readonly variant: string;
  readonly labels: readonly string[] | null;
  readonly digest: Digest;
  readonly modelInterface: ModelInterface;
}

/** What was uploaded, where it is here; else what is. @throws HaversackError `NotInstalled`, `ChunkInvalid` */
async function readVersion(db: Database, { model, version }: VersionRef): Promise<ReadVersion> {
  const installed = await openInstalled(db, model, version);
  const { manifest, row } = installed;
  const authority = manifest.authority.variant;
  const variant = row.variants.includes(authority) ? authority : row.variants[0]!;
  return {
    file: await readFile(db, fileOfInstalled(installed, variant)),
    variant,
    labels: manifest.labels,
    digest: await envelopeDigest(row.manifest),
    modelInterface: manifest.interface,
  };
}

/** Null: the model prepares photos or sounds itself, as those do that projects became. */
function preparationFor(
  ref: VersionRef,
  { inputs }: ModelInterface,
  kind: FiledKind,
): PhotoPreparation | null {
  const [input] = inputs;
  const itself = input && inputs.length === 1 ? preparesItself(input) : null;
  if (itself === kind) return null;
  if (itself === 'photo') return assumedPreparation({ shape: [1, pictureSide, pictureSide, 3] }, 'bytes');
  if (input && inputs.length === 1 && itself === null) {
    const preparation = preparationOf(input) ?? assumedPreparation(input);
    if (preparation) return preparation;
  }
  throw new HaversackError(
    'TrainingImpossible',
    `${ref.model}@${ref.version} takes ${told(inputs)}; one input for an image is wanted`,
  );
}

function preparesItself({ meaning, shape }: InputInterface): FiledKind | null {
  if (meaning?.kind === 'image' && meaning.preparation === 'photo') return 'photo';
  const isHeard =
    meaning?.kind === 'waveform' && meaning.sampleRate === soundRate && shape[1] === soundLength;
  return isHeard ? 'sound' : null;
}

type MakeEmbedder = (fit: RowFit | null) => Promise<ChosenEmbedder>;

/** A session that embeds photos or sounds one at a time, rows many at once. Whoever opens it disposes of it. */
export class EmbedderSession {
  readonly width: number;
  readonly taken: Taken;
  readonly #make: MakeEmbedder;
  #digest: Digest;
  #session: FallbackSession;
  /** What it was made of; null: of nothing that is shown. */
  #fit: RowFit | null;

  private constructor(
    { embedder, taken }: ChosenEmbedder,
    session: FallbackSession,
    make: MakeEmbedder,
    fit: RowFit | null,
  ) {
    this.width = embedder.width;
    this.taken = taken;
    this.#digest = embedder.digest;
    this.#session = session;
    this.#make = make;
    this.#fit = fit;
  }

  /** On the provider that this device chose for the version; on WASM where that does not take it. */
  static async open(db: Database, choice: EmbedderChoice, shown: ShownTo): Promise<EmbedderSession> {
    const isBuiltIn = choice === builtInEmbedder;
    const make: MakeEmbedder = made => readEmbedder(db, choice, shown, made);
    const isOfRows = isBuiltIn && shown.kind === 'row';
    const fit = isOfRows ? fitRows(new Float32Array(0), takenOfRows(shown).columns) : null;
    // What is built in takes a millisecond or two on WASM.
    const provider = isBuiltIn ? 'wasm' : chosenProvider(db, choice);
    const made = await make(fit);
    const session = await openOn(made, await provider);
    return new EmbedderSession(
      made,
      withFallback(session, () => make(fit)),
      make,
      fit,
    );
  }

  get provider(): WebProvider {
    return this.#session.provider;
  }

  /** Another once it was made anew: embeddings of the one before are none of this. */
  get digest(): Digest {
    return this.#digest;
  }

  /** How many samples it takes at once: −1 for any number. */
  get samples(): number {
    return this.#session.inputs[0]!.shape[0]!;
  }

  /** What it is, read and made again: it may be large, and is not kept meanwhile. @throws HaversackError as `open` */
  chosen(): Promise<ChosenEmbedder> {
    return this.#make(this.#fit);
  }

  /**
   * What is built in for rows is made anew where those that are learnt from are not those any more that it was made of.
   * @param learnt [rows, columns]
   */
  async fitTo(learnt: Float32Array): Promise<void> {
    if (!this.#fit || !isOutgrown(this.#fit, learnt)) return;
    const fit = fitRows(learnt, this.#fit.middle.length);
    const made = await this.#make(fit);
    const session = withFallback(await openOn(made, 'wasm'), () => this.#make(fit));
    const before = this.#session;
    [this.#session, this.#digest, this.#fit] = [session, made.embedder.digest, fit];
    await before.dispose();
  }

  /**
   * Made anew meanwhile, it is asked again.
   * @param asked a photo, UINT8 [1, height, width, 3], a sound, FP32 [1, soundLength], or rows, FP32 [n, columns]
   * @returns [n, width]
   * @throws HaversackError `RuntimeFailed`
   */
  async embed(asked: Tensor): Promise<Float32Array<ArrayBuffer>> {
    const session = this.#session;
    const [input] = session.inputs;
    try {
      const outputs = await session.run({ [input!.name]: asked });
      if (session === this.#session) return outputs[embeddingOutput]!.data as Float32Array<ArrayBuffer>;
    } catch (error) {
      if (session === this.#session) throw error;
    }
    return this.embed(asked);
  }

  dispose(): Promise<void> {
    return this.#session.dispose();
  }
}

/** What it is is read again then, and not kept meanwhile: it may be large. */
function withFallback(session: OrtSession, read: () => Promise<ChosenEmbedder>): FallbackSession {
  return new FallbackSession(session, async () => openOn(await read(), 'wasm'));
}

async function openOn({ embedder }: ChosenEmbedder, provider: WebProvider): Promise<OrtSession> {
  try {
    return await openOrtSession(embedder.model, provider);
  } catch (error) {
    if (provider === 'wasm') throw error;
    return openOrtSession(embedder.model, 'wasm');
  }
}
