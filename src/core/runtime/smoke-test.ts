// A version's own smoke test: run on what it was recorded with, does this session answer what was recorded?
import type { Recorded } from '../artifact/recorded.ts';
import type { Tensor } from '../tensor.ts';
import { fromRecorded, fromRecordedMap, numbersOf } from './recorded-tensors.ts';
import type { Session } from './session.ts';

export interface SmokeTest {
  /** The largest |difference| of all outputs, each as a share of the largest |value| recorded for it. */
  readonly difference: number;
  readonly agrees: boolean;
}

/**
 * Runs every recorded case once.
 * @throws HaversackError as `Session.run`; `DocumentInvalid` where the record itself is broken
 */
export async function smokeTest(session: Session, recorded: Recorded): Promise<SmokeTest> {
  const scales = outputScales(recorded);
  let difference = 0;
  for (const { inputs, outputs } of recorded.cases) {
    const answered = await session.run(fromRecordedMap(inputs));
    for (const [name, expected] of Object.entries(outputs)) {
      const share = differenceOf(answered[name], fromRecorded(expected), scales.get(name)!);
      difference = Math.max(difference, share);
    }
  }
  return { difference, agrees: difference <= recorded.tolerance };
}

/** The largest |value| recorded for each output, over all cases. */
function outputScales(recorded: Recorded): Map<string, number> {
  const scales = new Map<string, number>();
  for (const { outputs } of recorded.cases) {
    for (const [name, tensor] of Object.entries(outputs)) {
      const largest = tensor.data.reduce<number>(
        (max, value) => {
          const size = Math.abs(Number(value));
          return size > max ? size : max;
        },
        scales.get(name) ?? 0,
      );
      scales.set(name, largest);
    }
  }
  return scales;
}

/** max |answer − expected| / scale. Another shape, a word that differs, or NaN where a number was, is infinitely far. */
function differenceOf(answer: Tensor | undefined, expected: Tensor, scale: number): number {
  if (answer?.datatype !== expected.datatype || answer.data.length !== expected.data.length) return Infinity;
  if (expected.datatype === 'BYTES') {
    return (answer.data as string[]).every((word, i) => word === expected.data[i]) ? 0 : Infinity;
  }
  const got = numbersOf(answer);
  let largest = 0;
  for (const [i, want] of numbersOf(expected).entries()) {
    if (Object.is(got[i], want)) continue;
    const distance = Math.abs(got[i]! - want);
    if (!(distance <= largest)) largest = Number.isNaN(distance) ? Infinity : distance;
  }
  return scale > 0 ? largest / scale : largest;
}
