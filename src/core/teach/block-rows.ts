// Photos as last blocks learn from them: each as it is and changed a few times, brought through all that does not learn once,
// and kept. Knows no store of photos.
import type { Random } from '../data/random.ts';
import { HaversackError } from '../errors.ts';
import type { OpenSession, Session } from '../runtime/session.ts';
import { elements, float32, type Tensor } from '../tensor.ts';
import { augmentBy, rowRandom } from '../train/augment.ts';
import type { Augmentation } from '../train/augmentation.ts';
import type { TrainControl } from '../train/engine.ts';
import { memoryRowStore } from '../train/row-store.ts';
import type { SampleSource } from '../train/samples.ts';
import type { PartedClassifier } from './last-blocks.ts';

/** A photo of what is learnt from, UINT8 [1, height, width, 3]; null for one that is gone or not read. @param row its place */
export type PhotoOfRow = (row: number) => Promise<Tensor | null>;

/** What looks at photos: the beginning of a classifier, open. */
export class BlockEye {
  readonly #parted: PartedClassifier;
  readonly #prepare: Session;
  readonly #frozen: Session;

  private constructor(parted: PartedClassifier, prepare: Session, frozen: Session) {
    this.#parted = parted;
    this.#prepare = prepare;
    this.#frozen = frozen;
  }

  static async open(parted: PartedClassifier, openSession: OpenSession): Promise<BlockEye> {
    const prepare = await openSession(parted.prepare.toBytes());
    try {
      return new BlockEye(parted, prepare, await openSession(parted.frozen.toBytes()));
    } catch (thrown) {
      await prepare.dispose();
      throw thrown;
    }
  }

  /**
   * @param changes anew for each but the first, which shows the photo as it is
   * @param randomOf the view's number, from 0 → numbers of its own
   * @returns [views, …] of the boundary
   */
  async look(
    photo: Tensor,
    views: number,
    changes: Augmentation | null,
    randomOf: (view: number) => Random,
  ): Promise<Tensor> {
    const { image, boundary } = this.#parted;
    const prepared = (await this.#prepare.run({ [this.#prepare.inputs[0]!.name]: photo }))[image.name]!;
    const seen = viewsOf(prepared, views, changes, randomOf);
    return (await this.#frozen.run({ [image.name]: seen }))[boundary.name]!;
  }

  async dispose(): Promise<void> {
    await this.#prepare.dispose();
    await this.#frozen.dispose();
  }
}

/** The picture, and behind it others of it. */
function viewsOf(
  prepared: Tensor,
  views: number,
  changes: Augmentation | null,
  randomOf: (view: number) => Random,
): Tensor {
  const picture = prepared.data as Float32Array<ArrayBuffer>;
  const data = new Float32Array(views * picture.length);
  for (let view = 0; view < views; view++) data.set(picture, view * picture.length);
  const shapeOf = (count: number) => [count, ...prepared.shape.slice(1)];
  if (changes && views > 1) {
    const others = float32(shapeOf(views - 1), data.subarray(picture.length));
    const changed = augmentBy(changes)({ others }, row => randomOf(row + 1))['others']!;
    data.set(changed.data as Float32Array, picture.length);
  }
  return float32(shapeOf(views), data);
}

export interface LookedAt {
  /** Null where there is no photo. */
  readonly source: SampleSource | null;
  /** Places of the photos that were there, in order; `views` rows of each follow each other. */
  readonly places: readonly number[];
}

export interface Looking {
  readonly eye: BlockEye;
  readonly boundary: PartedClassifier['boundary'];
  readonly photo: PhotoOfRow;
  /** [rows], by place. */
  readonly labels: Int32Array;
  readonly views: number;
  readonly changes: Augmentation | null;
  readonly seed: number;
  readonly control: TrainControl;
  /** After each photo. */
  readonly onPhoto: () => void;
}

/** While one photo is looked at the next is decoded: no more than two are in memory. @param places of the rows to look at */
export async function lookAt(looking: Looking, places: readonly number[]): Promise<LookedAt> {
  const { eye, boundary, photo, labels, views, changes, seed, control, onPhoto } = looking;
  const specs = { [boundary.name]: { datatype: 'FP32' as const, shape: boundary.shape.slice(1) } };
  const store = memoryRowStore(specs, places.length * views);
  const found: number[] = [];
  let next = places.length > 0 ? photo(places[0]!) : null;
  for (const [i, place] of places.entries()) {
    await control.checkpoint();
    const shown = await next;
    next = i + 1 < places.length ? photo(places[i + 1]!) : null;
    // Heard of when it is awaited, also where something else fails before.
    next?.catch(() => undefined);
    if (shown) {
      const rows = await eye.look(shown, views, changes, view => rowRandom(seed, view, place));
      await store.put({ [boundary.name]: rows }, views);
      found.push(place);
    }
    onPhoto();
  }
  if (found.length === 0) return { source: null, places: found };
  const targets = Int32Array.from({ length: found.length * views }, (_, row) => {
    return labels[found[Math.floor(row / views)]!]!;
  });
  const source: SampleSource = {
    rows: targets.length,
    inputs: specs,
    target: { datatype: 'INT32', shape: [targets.length], data: targets },
    take: order => store.take(order),
  };
  return { source, places: found };
}

/** How many photos are looked at: those that say when to stop only as they are. */
export interface PhotoCounts {
  readonly learn: number;
  readonly validate: number;
}

/**
 * Views of each photo that is learnt from, so that all rows go into so many bytes.
 * @returns 1 to `most`
 * @throws HaversackError `TrainingImpossible` where not even the photos as they are go into them
 */
export function viewsWithin(
  { boundary }: Pick<PartedClassifier, 'boundary'>,
  { learn, validate }: PhotoCounts,
  most: number,
  maxBytes: number,
): number {
  const rowBytes = elements(boundary.shape.slice(1)) * Float32Array.BYTES_PER_ELEMENT;
  const needed = (learn + validate) * rowBytes;
  if (needed <= maxBytes) return Math.min(most, Math.floor((maxBytes / rowBytes - validate) / learn));
  throw new HaversackError(
    'TrainingImpossible',
    `what is seen of ${learn + validate} photos takes ${mebibytes(needed)} MiB of memory, last layers may take ${mebibytes(maxBytes)}`,
  );
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
