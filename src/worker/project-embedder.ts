// What embeds a project's photos: the beginning of a version of the library, as a session.
import type { Bytes, Digest } from '../core/artifact/digest.ts';
import type { InputInterface, ModelInterface } from '../core/artifact/interface.ts';
import { envelopeDigest } from '../core/artifact/signature.ts';
import { HaversackError, toFailure } from '../core/errors.ts';
import type { Embedder, EmbeddingPoint, PhotoPreparation } from '../core/teach/embedder.ts';
import { embeddingPoints } from '../core/teach/embedding-points.ts';
import { embeddingOutput, makeEmbedder } from '../core/teach/make-embedder.ts';
import { assumedPreparation, preparationOf } from '../core/teach/photo-preparation.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Database } from '../device/db.ts';
import { fileOfInstalled, openInstalled, readFile } from '../device/library.ts';
import { keptSide } from '../device/prepare-photo.ts';
import type { EmbedderRef } from '../device/project-schemas.ts';
import { chosenProvider } from './choice.ts';
import type { WebProvider } from './ort.ts';
import { openOrtSession, type OrtSession } from './ort-session.ts';
import type { VersionRef } from './protocol.ts';

/**
 * Pixels along both sides, as classifiers of photos mostly see them. Detectors look for what is small at 416 and 512, which
 * takes four times as long and more; what a photo shows as a whole is told without.
 */
const enoughSide = 224;

/** An embedder, and where it is from. */
export interface LibraryEmbedder {
  readonly embedder: Embedder;
  readonly from: EmbedderRef & {
    /** Of the version's manifest. */
    readonly digest: Digest;
    /** The variant whose weights it has. */
    readonly variant: string;
  };
  /** Photos serve it no better when they are wider and higher. */
  readonly side: number;
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
export async function readEmbedder(db: Database, ref: EmbedderRef): Promise<LibraryEmbedder> {
  const { file, labels, variant, digest, modelInterface } = await readVersion(db, ref);
  const point = embeddingPoints(file, labels).find(({ value }) => value === ref.value);
  if (!point) {
    throw new HaversackError(
      'TrainingImpossible',
      `${ref.model}@${ref.version} has no place '${ref.value}' where an embedding could be taken`,
    );
  }
  const { embedder, preparation } = await smallestEmbedder(file, point, preparationFor(ref, modelInterface));
  return {
    embedder,
    from: { ...ref, digest, variant },
    // Half of the detail is lost to the resize inside; more would only be carried there.
    side: preparation ? 2 * Math.max(preparation.height, preparation.width) : keptSide,
  };
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
): Promise<PreparedEmbedder> {
  if (preparation && Math.min(preparation.height, preparation.width) > enoughSide) {
    const smaller = { ...preparation, height: enoughSide, width: enoughSide };
    try {
      return { embedder: await makeEmbedder(file, point, smaller), preparation: smaller };
    } catch (error) {
      if (toFailure(error).code !== 'ModelInvalid') throw error;
    }
  }
  return { embedder: await makeEmbedder(file, point, preparation), preparation };
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

/** Null: the model prepares photos itself, as those do that projects became. */
function preparationFor(ref: VersionRef, { inputs }: ModelInterface): PhotoPreparation | null {
  const [input] = inputs;
  if (input && inputs.length === 1) {
    if (takesPhotos(input)) return null;
    const preparation = preparationOf(input) ?? assumedPreparation(input);
    if (preparation) return preparation;
  }
  const got = inputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join('; ');
  throw new HaversackError(
    'TrainingImpossible',
    `${ref.model}@${ref.version} takes ${got || 'nothing'}; one input for an image is wanted`,
  );
}

function takesPhotos({ meaning }: InputInterface): boolean {
  return meaning?.kind === 'image' && meaning.preparation === 'photo';
}

/** A session that embeds photos one at a time. Whoever opens it disposes of it. */
export class EmbedderSession {
  readonly digest: Digest;
  readonly width: number;
  readonly side: number;
  readonly #again: () => Promise<LibraryEmbedder>;
  #session: OrtSession;
  #onWasm: Promise<void> | null = null;

  private constructor(
    { embedder, side }: LibraryEmbedder,
    session: OrtSession,
    again: () => Promise<LibraryEmbedder>,
  ) {
    this.digest = embedder.digest;
    this.width = embedder.width;
    this.side = side;
    this.#session = session;
    this.#again = again;
  }

  /** On the provider that this device chose for the version; on WASM where that does not take it. */
  static async open(db: Database, ref: EmbedderRef): Promise<EmbedderSession> {
    const [made, provider] = await Promise.all([readEmbedder(db, ref), chosenProvider(db, ref)]);
    const session = await openOn(made, provider);
    return new EmbedderSession(made, session, () => readEmbedder(db, ref));
  }

  get provider(): WebProvider {
    return this.#session.provider;
  }

  /**
   * @param photo UINT8 [1, height, width, 3]
   * @returns [width]
   * @throws HaversackError `RuntimeFailed`
   */
  async embed(photo: Tensor): Promise<Float32Array<ArrayBuffer>> {
    const [input] = this.#session.inputs;
    const outputs = await this.#run({ [input!.name]: photo });
    const { data } = outputs[embeddingOutput]!;
    return data as Float32Array<ArrayBuffer>;
  }

  dispose(): Promise<void> {
    return this.#session.dispose();
  }

  /** A GPU that is lost, or that cannot do it, is left for good. */
  async #run(feeds: Readonly<Record<string, Tensor>>) {
    const session = this.#session;
    try {
      return await session.run(feeds);
    } catch (error) {
      if (session.provider === 'wasm') throw error;
      // Several photos may be under way when it fails.
      this.#onWasm ??= this.#replace(session);
      await this.#onWasm;
      return this.#session.run(feeds);
    }
  }

  async #replace(failed: OrtSession): Promise<void> {
    this.#session = await openOn(await this.#again(), 'wasm');
    await failed.dispose().catch(() => undefined);
  }
}

async function openOn({ embedder }: LibraryEmbedder, provider: WebProvider): Promise<OrtSession> {
  try {
    return await openOrtSession(embedder.model, provider);
  } catch (error) {
    if (provider === 'wasm') throw error;
    return openOrtSession(embedder.model, 'wasm');
  }
}
