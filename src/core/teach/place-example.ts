// Which part an example is of that somebody shows: learnt from, or held out to judge on. What was recorded in one go is
// alike, and so are near-duplicates: they lie in one part. Knows no store and no clock.
import { fingerprintDistance, setBits } from '../data/fingerprint.ts';
import { heldOutOf } from '../data/hold-out.ts';
import type { ShownKind } from './shown-kind.ts';

export type ExamplePart = 'train' | 'test';

export interface NextExample {
  /** `fingerprint`'s 16 hexadecimal digits. */
  readonly fingerprint: string;
  readonly class: string;
  /** Of those that were recorded in one go, or dropped together. */
  readonly recording: string;
  /** Frames of a camera follow each other so closely that they are alike beyond what fingerprints tell. */
  readonly source: 'camera' | 'microphone' | 'file' | 'form' | 'correction';
  /** When it was taken, in milliseconds. */
  readonly at: number;
}

/** An example that has its place; it keeps it for ever. */
export interface PlacedExample extends NextExample {
  readonly part: ExamplePart;
}

/**
 * Fingerprints of one class that differ in so many bits at most are of near-duplicates. A hand moves a camera by a hundredth
 * of the picture between frames, which changes 3 to 9 bits (median by what is shown); 1 in 100 pairs of different photos of
 * the same digit is as near as 6, 1 in 400 as near as 4 (docs/teaching-by-showing.md).
 */
export const nearBits = { camera: 6, microphone: 4, file: 4, form: 4, correction: 4 } as const;
/** Between the frames of a camera's recording that lie in different parts, at least this. */
export const cameraGapMs = 400;
/** A recording changes its part after so many examples at the earliest: each change costs a camera its gap. */
const shortestRun = { camera: 16, microphone: 4, file: 4, form: 1, correction: 1 } as const;
/** Of a class of which nothing is held out yet it changes sooner: a model that nothing is held out of cannot be judged. */
const shortestFirstRun = heldOutOf - 1;
/** A run of held-out examples has no more than these. */
const longestHeldOut = 5;

/**
 * The examples of a project beside which others are placed, one after another. Each that is added is looked up beside its class
 * alone, and a row of a table in a time that does not grow with the table.
 */
export class Places {
  readonly #kind: ShownKind;
  readonly #classes = new Map<string, PlacesOfClass>();

  /** @param before oldest first */
  constructor(kind: ShownKind, before: readonly PlacedExample[]) {
    this.#kind = kind;
    for (const example of before) this.add(example);
  }

  /**
   * Where the next example goes; null: nowhere, it is to be left out. It then lies between the parts: it is a near-duplicate
   * of examples of both, or a frame too close to those of the other part. Nothing is lost by it: its like is there already.
   *
   * Of n examples of a class that are no near-duplicates, between n / 5 − 4 and n / 5 are held out; from files the fifth is,
   * of a recording the first that is far enough from its first four. Near-duplicates are only told within a class: beside one
   * of another class, an example is harder to get right, not easier.
   */
  place(next: NextExample): ExamplePart | null {
    const ofClass = this.#of(next.class);
    const near = partsOf(ofClass.members, next, this.#kind);
    if (near.size > 1) return null;
    const run = ofClass.runs.get(next.recording);
    const part = [...near][0] ?? wantedPart(ofClass, run, next);
    const isChange = run !== undefined && run.last.part !== part;
    return isChange && areTooClose(run.last, next) ? null : part;
  }

  /** As the function of that name, beside all that are here. */
  straddles(example: PlacedExample): boolean {
    return straddles(this.#of(example.class).members, example, this.#kind);
  }

  add(example: PlacedExample): void {
    this.#of(example.class).add(example);
  }

  /** @param example the very one that was added */
  remove(example: PlacedExample): void {
    const others = this.#of(example.class).members.filter(each => each !== example);
    this.#classes.delete(example.class);
    for (const each of others) this.add(each);
  }

  #of(id: string): PlacesOfClass {
    const known = this.#classes.get(id);
    if (known) return known;
    const made = new PlacesOfClass();
    this.#classes.set(id, made);
    return made;
  }
}

/** A recording's last examples that lie in one part. */
interface Run {
  readonly last: PlacedExample;
  readonly length: number;
}

class PlacesOfClass {
  /** Oldest first. */
  readonly members: PlacedExample[] = [];
  /** By recording: the one that is under way. */
  readonly runs = new Map<string, Run>();
  heldOut = 0;

  add(example: PlacedExample): void {
    const { recording, part } = example;
    const before = this.runs.get(recording);
    this.runs.set(recording, {
      last: example,
      length: before?.last.part === part ? before.length + 1 : 1,
    });
    this.members.push(example);
    if (part === 'test') this.heldOut++;
  }
}

/** Where one example goes, as `Places` says. @param before oldest first @param kind of all of them */
export function placeExample(
  before: readonly PlacedExample[],
  next: NextExample,
  kind: ShownKind,
): ExamplePart | null {
  return new Places(kind, before).place(next);
}

/**
 * Whether an example with that class and part would be learnt from while its like is judged on, or the other way round: what
 * has its part already (moved from another class, put back, brought in from elsewhere) is not to be kept then.
 * @param others in any order
 * @param kind of all of them
 */
export function straddles(
  others: readonly PlacedExample[],
  example: PlacedExample,
  kind: ShownKind,
): boolean {
  // Rows have no near-duplicates, and no camera.
  if (kind === 'row') return false;
  return others.some(
    other =>
      other.class === example.class &&
      other.part !== example.part &&
      (areNearDuplicates(other, example, kind) ||
        (other.recording === example.recording && areTooClose(other, example))),
  );
}

/** Those that near-duplicates of it lie in. */
function partsOf(
  ofClass: readonly PlacedExample[],
  next: NextExample,
  kind: ShownKind,
): ReadonlySet<ExamplePart> {
  if (kind === 'row') return new Set();
  return new Set(ofClass.filter(example => areNearDuplicates(example, next, kind)).map(({ part }) => part));
}

/**
 * Seconds of sound only within a recording: a fan, or a quiet room, sounds alike whenever it is recorded, and all that is ever
 * heard of it would lie in the part of its first second. Of rows of numbers only those that are the same are one, and are told
 * by their digest: how near is near, in units that nobody knows, only the answers tell.
 */
function areNearDuplicates(one: NextExample, other: NextExample, kind: ShownKind): boolean {
  if (kind === 'sound' && one.recording !== other.recording) return false;
  const bits = Math.max(nearBits[one.source], nearBits[other.source]);
  const told = Math.min(1, meanSetBits(one, other) / tellingBits);
  return fingerprintDistance(one.fingerprint, other.fingerprint) <= bits * told ** 2;
}

/**
 * A few lines on paper set 3 to 18 bits, photographs mostly 21 and more (docs/teaching-by-showing.md): of so few, four are most, and a
 * stroke that anybody draws twice would be its own copy. Below this many both what moving it changes and what tells two apart
 * shrink with them.
 */
const tellingBits = 20;

function meanSetBits(one: NextExample, other: NextExample): number {
  return (setBits(one.fingerprint) + setBits(other.fingerprint)) / 2;
}

/** Of two of one recording. */
function areTooClose(one: NextExample, other: NextExample): boolean {
  return [one, other].some(({ source }) => source === 'camera') && Math.abs(other.at - one.at) < cameraGapMs;
}

function wantedPart(
  { members, heldOut }: PlacesOfClass,
  run: Run | undefined,
  { source }: NextExample,
): ExamplePart {
  const learnt = members.length - heldOut;
  const isLearning = run?.last.part === 'train';
  const shortest = heldOut === 0 ? Math.min(shortestFirstRun, shortestRun[source]) : shortestRun[source];
  if (isLearning && run.length < shortest) return 'train';
  // Held-out runs grow: few examples are parted at once, many in runs that touch their neighbours at the ends only.
  const wanted = isLearning ? Math.min(longestHeldOut, 1 + Math.floor(heldOut / 2)) : 1;
  return learnt >= (heldOutOf - 1) * (heldOut + wanted) ? 'test' : 'train';
}
