// One version, ready to run: proved, warm, and in the place where it holds up nobody.
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { Recorded } from '../../src/core/artifact/recorded.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { OpenSession, Session } from '../../src/core/runtime/session.ts';
import { smokeTest } from '../../src/core/runtime/smoke-test.ts';
import type { TensorMap } from '../../src/core/tensor.ts';
import { exampleInputs } from '../../src/core/serve/example-inputs.ts';
import { rowsRunAsOne } from './rows-run-as-one.ts';
import { costOf, measureCost, type RunCost } from './run-cost.ts';
import type { ReadFile, SessionThreads, ThreadedSession } from './session-threads.ts';
import { warmUp } from './warm-up.ts';

/**
 * A run that takes no longer than this is made on the server's own thread: the way to another and back takes 0.03 to 0.06 ms of
 * it (measured: Node 20, two cores), which such a run would hardly win back.
 */
const hereBelowMs = 0.15;
/** Larger ones of the same model, many rows at once, go to another thread from here on: everybody else waits meanwhile. */
const hereAtMostMs = 2;
/** Nor may opening it hold everybody up. Bytes, because how long it takes is known too late. */
const openHereBytes = 2 ** 20;

export interface RunnerOptions {
  /** Opens a model on this thread. */
  readonly openSession: OpenSession;
  /** Null: everything runs on this thread. */
  readonly threads: SessionThreads | null;
}

/** What a version's model is opened from. */
export interface RunnerSource {
  /** For messages: `digits@3`. */
  readonly name: string;
  readonly file: Bytes;
  readonly recorded: Recorded | null;
  /** Reads the file again. */
  readonly read: ReadFile;
}

export interface Runner extends Pick<Session, 'provider' | 'inputs' | 'outputs' | 'dispose'> {
  /** Whether rows of several requests run as one and answer what each would alone. */
  readonly joins: boolean;
  /** How long a run takes, as it was when the version was loaded; null where nobody could try. */
  readonly cost: RunCost | null;
  /** Runs at the same time that make sense. */
  readonly width: number;
  /** Bytes of the files that its sessions were opened from. */
  readonly bytes: number;
  /**
   * @param given nobody needs the feeds any more: they may be handed over
   * @throws HaversackError as `Session.run`; ThreadDied
   */
  run(feeds: TensorMap, given: boolean): Promise<TensorMap>;
}

/**
 * Opens, proves by what was recorded, warms up, measures.
 * @throws HaversackError as `OpenSession`; `RuntimeFailed` where it does not answer what was recorded
 */
export async function openRunner(source: RunnerSource, options: RunnerOptions): Promise<Runner> {
  const { threads, openSession } = options;
  const { file } = source;
  if (!threads) {
    const session = await openSession(file);
    const { joins, cost } = await readied(session, source);
    return hereOnly(session, { joins, cost: cost?.model ?? null }, file.length);
  }
  const there = await threads.open(file, source.read);
  const { joins, cost } = await readied(there, source);
  const isShort = cost !== null && cost.ms <= hereBelowMs && file.length <= openHereBytes;
  const known = { joins, cost: cost?.model ?? null };
  if (!isShort) return thereOnly(there, known, file.length);
  // What opens there and not here runs there.
  const here = await openSession(file).catch(() => null);
  if (!here) return thereOnly(there, known, file.length);
  await warmUp(here);
  return inBoth(here, there, { joins, cost: cost.model, bytes: file.length });
}

interface Readied {
  readonly joins: boolean;
  readonly cost: { readonly model: RunCost; readonly ms: number } | null;
}

/** What does not come through is freed. */
async function readied(session: Session, source: RunnerSource): Promise<Readied> {
  try {
    await prove(session, source);
    const joins = await rowsRunAsOne(session, source.recorded);
    const example = exampleInputs(session.inputs, source.recorded);
    const model = example && (await measureCost(session, example, joins));
    return { joins, cost: example && model && { model, ms: costOf(model, example) } };
  } catch (error) {
    await session.dispose();
    throw error;
  }
}

/** @throws HaversackError `RuntimeFailed` where it does not answer what was recorded */
async function prove(session: Session, { name, recorded }: RunnerSource): Promise<void> {
  if (!recorded) return warmUp(session);
  const { difference, agrees } = await smokeTest(session, recorded);
  if (!agrees) {
    throw new HaversackError(
      'RuntimeFailed',
      `${name} answers ${difference} beside what was recorded, allowed is ${recorded.tolerance}`,
    );
  }
}

type Known = Pick<Runner, 'joins' | 'cost'>;

function hereOnly(session: Session, known: Known, bytes: number): Runner {
  const { provider, inputs, outputs } = session;
  const run = (feeds: TensorMap) => session.run(feeds);
  return { provider, inputs, outputs, ...known, bytes, width: 1, run, dispose: () => session.dispose() };
}

function thereOnly(session: ThreadedSession, known: Known, fileBytes: number): Runner {
  const { provider, inputs, outputs, width } = session;
  return {
    ...{ provider, inputs, outputs, width, ...known },
    bytes: fileBytes * width,
    run: (feeds, given) => (given ? session.runGiven(feeds) : session.run(feeds)),
    dispose: () => session.dispose(),
  };
}

function inBoth(
  here: Session,
  there: ThreadedSession,
  { joins, cost, bytes }: { joins: boolean; cost: RunCost; bytes: number },
): Runner {
  const far = thereOnly(there, { joins, cost }, bytes);
  return {
    ...far,
    // What comes while one runs here is joined by the next: two at a time would only make smaller ones.
    width: 1,
    bytes: far.bytes + bytes,
    run: (feeds, given) => (costOf(cost, feeds) <= hereAtMostMs ? here.run(feeds) : far.run(feeds, given)),
    dispose: async () => {
      await Promise.all([here.dispose(), far.dispose()]);
    },
  };
}
