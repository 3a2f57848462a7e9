// What embeds the photos or sounds of a project: the beginning of a version of the library, or what is built in, as a session.
import type { Bytes, Digest } from '../core/artifact/digest.ts';
import type { InputInterface, ModelInterface } from '../core/artifact/interface.ts';
import { envelopeDigest } from '../core/artifact/signature.ts';
import { HaversackError, toFailure } from '../core/errors.ts';
import type { Embedder, EmbeddingPoint, PhotoPreparation } from '../core/teach/embedder.ts';
import { embeddingPoints } from '../core/teach/embedding-points.ts';
import { embeddingOutput, makeEmbedder } from '../core/teach/make-embedder.ts';
import { assumedPreparation, preparationOf } from '../core/teach/photo-preparation.ts';
import type { ShownKind } from '../core/teach/shown-kind.ts';
import { makeSoundEmbedder } from '../core/teach/sound-embedder.ts';
import { soundLength, soundRate } from '../core/teach/sound-windows.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Database } from '../device/db.ts';
import { fileOfInstalled, openInstalled, readFile } from '../device/library.ts';
import { keptSide } from '../device/prepare-photo.ts';
import { builtInEmbedder, type EmbedderChoice, type EmbedderRef } from '../device/project-schemas.ts';
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

/**
 * @throws HaversackError `NotInstalled`, `ChunkInvalid`; `TrainingImpossible` where the version takes no photos, or has no such
 * place
 */
export async function readEmbedder(
  db: Database,
  choice: EmbedderChoice,
  kind: ShownKind,
): Promise<ChosenEmbedder> {
  if (choice === builtInEmbedder) {
    return { embedder: await makeSoundEmbedder(), taken: { kind: 'sound' }, from: null };
  }
  return readFromLibrary(db, choice, kind);
}

async function readFromLibrary(db: Database, ref: EmbedderRef, kind: ShownKind): Promise<ChosenEmbedder> {
  const { file, labels, variant, digest, modelInterface } = await readVersion(db, ref);
  const point = embeddingPoints(file, labels).find(({ value }) => value === ref.value);
  if (!point) {
    throw new HaversackError(
      'TrainingImpossible',
      `${ref.model}@${ref.version} has no place '${ref.value}' where an embedding could be taken`,
    );
  }
  const wanted = preparationFor(ref, modelInterface, kind);
  const { embedder, preparation } = await smallestEmbedder(file, point, wanted, kind);
  return {
    embedder,
    taken: kind === 'sound' ? { kind } : { kind, side: sideFor(preparation) },
    from: { ...ref, digest, variant },
  };
}

/** Half of the detail is lost to the resize inside; more would only be carried there. */
function sideFor(preparation: PhotoPreparation | null): number {
  return preparation ? 2 * Math.max(preparation.height, preparation.width) : keptSide;
}

interface PreparedEmbedder {
  readonly embedder: Embedder;
  readonly preparation: PhotoPreparation | null;
}

/** Brought to fewer pixels than the model says, where its beginning goes with that, as convolutions do. */
async function smallestEmbedder(
  file: Bytes,
  point: EmbeddingPoint,
  preparation: PhotoPreparation | null,
  kind: ShownKind,
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
  kind: ShownKind,
): PhotoPreparation | null {
  const [input] = inputs;
  const itself = input && inputs.length === 1 ? preparesItself(input) : null;
  if (itself === kind) return null;
  if (itself === 'photo') return assumedPreparation({ shape: [1, pictureSide, pictureSide, 3] }, 'bytes');
  if (input && inputs.length === 1 && itself === null) {
    const preparation = preparationOf(input) ?? assumedPreparation(input);
    if (preparation) return preparation;
  }
  const got = inputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join('; ');
  throw new HaversackError(
    'TrainingImpossible',
    `${ref.model}@${ref.version} takes ${got || 'nothing'}; one input for an image is wanted`,
  );
}

function preparesItself({ meaning, shape }: InputInterface): ShownKind | null {
  if (meaning?.kind === 'image' && meaning.preparation === 'photo') return 'photo';
  const isHeard =
    meaning?.kind === 'waveform' && meaning.sampleRate === soundRate && shape[1] === soundLength;
  return isHeard ? 'sound' : null;
}

/** A session that embeds photos or sounds one at a time. Whoever opens it disposes of it. */
export class EmbedderSession {
  readonly digest: Digest;
  readonly width: number;
  readonly taken: Taken;
  readonly #session: FallbackSession;

  private constructor({ embedder, taken }: ChosenEmbedder, session: FallbackSession) {
    this.digest = embedder.digest;
    this.width = embedder.width;
    this.taken = taken;
    this.#session = session;
  }

  /** On the provider that this device chose for the version; on WASM where that does not take it. */
  static async open(db: Database, choice: EmbedderChoice, kind: ShownKind): Promise<EmbedderSession> {
    const read = () => readEmbedder(db, choice, kind);
    // What is built in takes a millisecond or two on WASM.
    const provider = choice === builtInEmbedder ? 'wasm' : chosenProvider(db, choice);
    const made = await read();
    const session = await openOn(made, await provider);
    // Read again then, and not kept meanwhile: it may be large.
    const onWasm = async () => openOn(await read(), 'wasm');
    return new EmbedderSession(made, new FallbackSession(session, onWasm));
  }

  get provider(): WebProvider {
    return this.#session.provider;
  }

  /**
   * @param asked a photo, UINT8 [1, height, width, 3], or a sound, FP32 [1, soundLength]
   * @returns [width]
   * @throws HaversackError `RuntimeFailed`
   */
  async embed(asked: Tensor): Promise<Float32Array<ArrayBuffer>> {
    const [input] = this.#session.inputs;
    const outputs = await this.#session.run({ [input!.name]: asked });
    const { data } = outputs[embeddingOutput]!;
    return data as Float32Array<ArrayBuffer>;
  }

  dispose(): Promise<void> {
    return this.#session.dispose();
  }
}

async function openOn({ embedder }: ChosenEmbedder, provider: WebProvider): Promise<OrtSession> {
  try {
    return await openOrtSession(embedder.model, provider);
  } catch (error) {
    if (provider === 'wasm') throw error;
    return openOrtSession(embedder.model, 'wasm');
  }
}
