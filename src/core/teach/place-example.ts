// Which part an example is of that somebody shows: learnt from, or held out to judge on. What was recorded in one go is
// alike, and so are near-duplicates: they lie in one part. Knows no store and no clock.
import { fingerprintDistance } from '../data/fingerprint.ts';
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
  readonly source: 'camera' | 'microphone' | 'file' | 'correction';
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
export const nearBits = { camera: 6, microphone: 4, file: 4, correction: 4 } as const;
/** Between the frames of a camera's recording that lie in different parts, at least this. */
export const cameraGapMs = 400;
/** A recording changes its part after so many examples at the earliest: each change costs a camera its gap. */
const shortestRun = { camera: 16, microphone: 4, file: 4, correction: 1 } as const;
/** Of a class of which nothing is held out yet it changes sooner: a model that nothing is held out of cannot be judged. */
const shortestFirstRun = heldOutOf - 1;
/** A run of held-out examples has no more than these. */
const longestHeldOut = 5;

/**
 * Where the next example goes; null: nowhere, it is to be left out. It then lies between the parts: it is a near-duplicate
 * of examples of both, or a frame too close to those of the other part. Nothing is lost by it: its like is there already.
 *
 * Of n examples of a class that are no near-duplicates, between n / 5 − 4 and n / 5 are held out; from files the fifth is,
 * of a recording the first that is far enough from its first four. Near-duplicates are only told within a class: beside one
 * of another class, an example is harder to get right, not easier.
 * @param before oldest first
 * @param kind of all of them
 */
export function placeExample(
  before: readonly PlacedExample[],
  next: NextExample,
  kind: ShownKind,
): ExamplePart | null {
  const ofClass = before.filter(example => example.class === next.class);
  const alike = ofClass.filter(example => areNearDuplicates(example, next, kind));
  const near = new Set(alike.map(({ part }) => part));
  if (near.size > 1) return null;
  const run = runUnderWay(ofClass, next.recording);
  const part = [...near][0] ?? wantedPart(ofClass, run, next);
  const isChange = run.length > 0 && run[0]!.part !== part;
  return isChange && areTooClose(run.at(-1)!, next) ? null : part;
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
  return others.some(
    other =>
      other.class === example.class &&
      other.part !== example.part &&
      (areNearDuplicates(other, example, kind) ||
        (other.recording === example.recording && areTooClose(other, example))),
  );
}

/**
 * Seconds of sound only within a recording: a fan, or a quiet room, sounds alike whenever it is recorded, and all that is ever
 * heard of it would lie in the part of its first second.
 */
function areNearDuplicates(one: NextExample, other: NextExample, kind: ShownKind): boolean {
  if (kind === 'sound' && one.recording !== other.recording) return false;
  const bits = Math.max(nearBits[one.source], nearBits[other.source]);
  return fingerprintDistance(one.fingerprint, other.fingerprint) <= bits;
}

/** Of two of one recording. */
function areTooClose(one: NextExample, other: NextExample): boolean {
  return [one, other].some(({ source }) => source === 'camera') && Math.abs(other.at - one.at) < cameraGapMs;
}

/** The recording's last examples that lie in one part. */
function runUnderWay(ofClass: readonly PlacedExample[], recording: string): PlacedExample[] {
  const members = ofClass.filter(example => example.recording === recording);
  const last = members.at(-1);
  const before = members.findLastIndex(({ part }) => part !== last?.part);
  return members.slice(before + 1);
}

function wantedPart(
  ofClass: readonly PlacedExample[],
  run: readonly PlacedExample[],
  { source }: NextExample,
): ExamplePart {
  const heldOut = ofClass.filter(({ part }) => part === 'test').length;
  const learnt = ofClass.length - heldOut;
  const isLearning = run[0]?.part === 'train';
  const shortest = heldOut === 0 ? Math.min(shortestFirstRun, shortestRun[source]) : shortestRun[source];
  if (isLearning && run.length < shortest) return 'train';
  // Held-out runs grow: few examples are parted at once, many in runs that touch their neighbours at the ends only.
  const wanted = isLearning ? Math.min(longestHeldOut, 1 + Math.floor(heldOut / 2)) : 1;
  return learnt >= (heldOutOf - 1) * (heldOut + wanted) ? 'test' : 'train';
}
