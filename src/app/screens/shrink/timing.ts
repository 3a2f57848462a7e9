// How long a variant takes to open and to answer on this device, through the same worker that answers in Use.
import { median } from '../../../core/median.ts';
import { fromRecorded, fromRecordedMap } from '../../../core/runtime/recorded-tensors.ts';
import { HaversackError } from '../../../core/errors.ts';
import type { Result } from '../../../core/result.ts';
import type { Provider } from '../../../core/runtime/session.ts';
import { elements, type TensorMap } from '../../../core/tensor.ts';
import type { WorkerBridge } from '../../bridge/worker-bridge.ts';
import type { NumberedInUse, VersionInUse } from '../../state/version.ts';

export const opens = 3;
export const runs = 20;
/** Runs that are not counted. */
const warmUps = 2;

export interface Timing {
  /** Medians. */
  readonly openMs: number;
  readonly runMs: number;
  readonly provider: Provider;
  readonly threads: number;
}

/** @throws HaversackError as the worker answers */
export async function timeVariant(
  serving: WorkerBridge,
  version: NumberedInUse,
  variant: string,
): Promise<Timing> {
  const ref = { model: version.model, version: version.version, variant };
  const feeds = feedsOf(version);
  const openTimes: number[] = [];
  const runTimes: number[] = [];
  let last: { provider: Provider; threads: number } = { provider: 'wasm', threads: 1 };
  for (let i = 0; i < opens; i++) {
    const opened = orThrow(await serving.call(api => api.open(ref)));
    openTimes.push(opened.openMs);
    last = opened;
    try {
      // The last session is the one that is run.
      if (i < opens - 1) continue;
      for (let run = 0; run < runs + warmUps; run++) {
        const { runMs } = orThrow(await serving.predict(opened.handle, feeds));
        if (run >= warmUps) runTimes.push(runMs);
      }
    } finally {
      await serving.call(api => api.close(opened.handle));
    }
  }
  return {
    openMs: median(openTimes),
    runMs: median(runTimes),
    provider: last.provider,
    threads: last.threads,
  };
}

/** The first recorded case; zeros where there is none. */
function feedsOf({ examples, manifest }: VersionInUse): TensorMap {
  const [example] = examples;
  if (example) return fromRecordedMap(example.inputs);
  return Object.fromEntries(
    manifest.interface.inputs.map(({ name, datatype, shape }) => {
      const sizes = shape.map(size => Math.max(1, size));
      const data = new Array<number | string>(elements(sizes)).fill(datatype === 'BYTES' ? '' : 0);
      return [name, fromRecorded({ datatype, shape: sizes, data })];
    }),
  );
}

function orThrow<T>(result: Result<T>): T {
  if (!result.ok) throw new HaversackError(result.error.code, result.error.detail);
  return result.value;
}
