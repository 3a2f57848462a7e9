// `training`: whole steps with Adam, ours on WASM, on WebGPU and in Node beside the peers, all in one run and in turn. Each side
// starts from the same weights and must come to the same losses.
import type { Page } from 'playwright';
import { memoryStepHost } from '../src/core/runtime/step-host.ts';
import { nodeSessions } from '../server/inference/session.ts';
import { ownGpu } from '../scripts/chromium.mjs';
import { openBrowser } from './browser.ts';
import type { Setting } from './catalogue.ts';
import { compared, type Row, spread } from './harness.ts';
import type { Net } from './nets/net.ts';
import { nets } from './nets/nets.ts';
import { oursTrainer } from './nets/ours.ts';
import { takeTurn } from './nets/trainer.ts';
import { servePages } from './pages-server.ts';
import type { SideName } from './pages/training/training.ts';
import { measureInTurns, type TurnTaker } from './turns.ts';

/** Those in the page, by what rows call them. */
const sides = {
  'ours, WASM, 1 thread': { library: 'ours', backend: 'wasm', threads: 'one' },
  'ours, WASM, all threads': { library: 'ours', backend: 'wasm', threads: 'all' },
  'ours, WebGPU': { library: 'ours', backend: 'webgpu', threads: 'all' },
  'ours, WebGPU, captured': { library: 'ours', backend: 'webgpu-captured', threads: 'all' },
  'tfjs-cpu': { library: 'tfjs', backend: 'cpu', threads: 'all' },
  'tfjs-wasm': { library: 'tfjs', backend: 'wasm', threads: 'all' },
  'tfjs-webgpu': { library: 'tfjs', backend: 'webgpu', threads: 'all' },
  'tfjs-webgl': { library: 'tfjs', backend: 'webgl', threads: 'all' },
  'jax-js-wasm': { library: 'jax', backend: 'wasm', threads: 'all' },
  'jax-js-webgpu': { library: 'jax', backend: 'webgpu', threads: 'all' },
} as const satisfies Record<string, SideName>;
type InPage = keyof typeof sides;

const native = 'onnxruntime-node, 1 thread';
type SideKey = InPage | typeof native;

interface Comparison {
  /** Of several the fastest counts: an engine measures and chooses. */
  readonly ours: readonly InPage[];
  readonly peer: SideKey;
  /** Null: told, and nothing is asked of it. */
  readonly goal: number | null;
}

const oursOnWasm: readonly InPage[] = ['ours, WASM, 1 thread', 'ours, WASM, all threads'];
const oursOnGpu: readonly InPage[] = ['ours, WebGPU', 'ours, WebGPU, captured'];

/** By the processor, of which all machines have one. */
const onProcessor: readonly Comparison[] = [
  { ours: oursOnWasm, peer: 'tfjs-cpu', goal: 40 },
  { ours: oursOnWasm, peer: 'tfjs-wasm', goal: 5 },
  { ours: oursOnWasm, peer: 'jax-js-wasm', goal: 25 },
  // At most 2.5 times the native time.
  { ours: ['ours, WASM, 1 thread'], peer: native, goal: 1 / 2.5 },
];
const onWebGpu: readonly Comparison[] = [
  { ours: oursOnGpu, peer: 'tfjs-webgpu', goal: 2 },
  { ours: oursOnGpu, peer: 'jax-js-webgpu', goal: 1 },
];
/** What only a real GPU can tell: who else trains on one, and whether it is worth it. */
const onOwnGpu: readonly Comparison[] = [
  { ours: oursOnGpu, peer: 'tfjs-webgl', goal: null },
  ...oursOnWasm.map(peer => ({ ours: oursOnGpu, peer, goal: null })),
];
const comparisons = ownGpu ? [...onWebGpu, ...onOwnGpu] : [...onProcessor, ...onWebGpu];
const measured = new Set<SideKey>(comparisons.flatMap(({ ours, peer }) => [...ours, peer]));

/** Steps after which all must have come to the same loss, each of them compared. */
const comparedSteps = 4;
const maxRelativeDifference = 1e-3;
/** A side that takes longer to open and take its first steps is left out. */
const openingLimitMs = 300_000;

interface Measured {
  readonly turns: readonly number[];
  /** Null: not told, or the side cannot do the net. */
  readonly megabytes: number | null;
  readonly losses: readonly number[];
}
type Outcome = Measured | { readonly cannot: string };

export async function trainingBench({ root, tell, only, length }: Setting): Promise<Row[]> {
  const pages = await servePages(root, {
    names: ['training/training'],
    models: new Map(),
    identifiers: 'kept',
  });
  const browser = await openBrowser({ webgpu: true });
  try {
    const rows: Row[] = [];
    for (const net of nets.filter(({ name }) => only === null || name === only)) {
      const page = await browser.context.newPage();
      await page.goto(`${pages.url}/training/training.html`);
      await page.waitForFunction(() => typeof window.trainers === 'object');
      rows.push(...rowsOf(net, await measureNet(page, net, length, tell)));
      await page.close();
    }
    return rows;
  } finally {
    await browser.close();
    await pages.close();
  }
}

async function measureNet(
  page: Page,
  net: Net,
  length: Setting['length'],
  tell: Setting['tell'],
): Promise<Map<SideKey, Outcome>> {
  const outcomes = new Map<SideKey, Outcome>();
  const takers = new Map<SideKey, TurnTaker>();
  const losses = new Map<SideKey, readonly number[]>();
  for (const [key, open] of openers(page, net)) {
    tell(`${net.name}: ${key}`);
    try {
      const taker = await withinLimit(open());
      losses.set(key, (await withinLimit(taker(comparedSteps))).losses);
      takers.set(key, taker);
    } catch (thrown) {
      outcomes.set(key, { cannot: reasonOf(thrown) });
      tell(`  cannot: ${reasonOf(thrown)}`);
      await page.evaluate(name => window.trainers.close(name), key);
    }
  }
  const turns = await measureInTurns(takers, length);
  const reference = losses.values().next().value ?? [];
  for (const [key, values] of turns) {
    const difference = disagreement(losses.get(key)!, reference);
    if (difference !== null) tell(`${net.name}: ${key} ${difference}`);
    const megabytes = isInPage(key)
      ? await page.evaluate(name => window.trainers.megabytes(name), key)
      : null;
    tell(`${net.name}: ${key}: ${spread(values).median.toPrecision(3)} ms a step, ${values.length} turns`);
    outcomes.set(key, { turns: values, megabytes, losses: losses.get(key)! });
  }
  return outcomes;
}

function* openers(page: Page, net: Net): Generator<[SideKey, () => Promise<TurnTaker>]> {
  for (const key of (Object.keys(sides) as InPage[]).filter(key => measured.has(key))) {
    yield [
      key,
      async () => {
        await page.evaluate(([name, side, asked]) => window.trainers.open(name, side, asked), [
          key,
          sides[key],
          net.name,
        ] as const);
        return steps =>
          page.evaluate(([name, count]) => window.trainers.turn(name, count), [key, steps] as const);
      },
    ];
  }
  if (!measured.has(native)) return;
  yield [
    native,
    async () => {
      const openSession = nodeSessions({ intraOpNumThreads: 1, interOpNumThreads: 1 });
      const trainer = await oursTrainer(net, memoryStepHost('cpu', openSession));
      return steps => takeTurn(trainer, steps);
    },
  ];
}

function isInPage(key: SideKey): key is InPage {
  return key in sides;
}

async function withinLimit<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done in ${openingLimitMs / 1000} s`)), openingLimitMs);
  });
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
}

/** The first line of a page's error, without what Playwright puts before it. */
function reasonOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replace(/^page\.evaluate: (\w*Error: )?/, '').split('\n', 1)[0]!;
}

function rowsOf(net: Net, outcomes: ReadonlyMap<SideKey, Outcome>): Row[] {
  const reference = [...outcomes.values()].find(isMeasured)?.losses ?? [];
  return comparisons.flatMap(({ ours, peer, goal }) => {
    const [best, our] = fastest(ours, outcomes, reference);
    const their = outcomes.get(peer)!;
    const row = { case: `${net.name}, ${best.replace('ours, ', '')}`, metric: 'ms a step', peer, goal };
    return [timeRow(row, our, their, reference), ...memoryRows(row, our, their)];
  });
}

/** Of those that come to the reference's losses, which the engine asks of whom it chooses; else the first. */
function fastest(
  keys: readonly InPage[],
  outcomes: ReadonlyMap<SideKey, Outcome>,
  reference: readonly number[],
): [InPage, Outcome] {
  const median = (key: InPage) => {
    const outcome = outcomes.get(key)!;
    const isRight = isMeasured(outcome) && disagreement(outcome.losses, reference) === null;
    return isRight ? spread(outcome.turns).median : Infinity;
  };
  const best = keys.reduce((a, b) => (median(b) < median(a) ? b : a));
  return [best, outcomes.get(best)!];
}

function timeRow(
  row: Parameters<typeof compared>[0],
  ours: Outcome,
  theirs: Outcome,
  reference: readonly number[],
): Row {
  if (isMeasured(ours) && isMeasured(theirs)) {
    const result = compared(row, ours.turns, theirs.turns);
    const difference = disagreement(ours.losses, reference) ?? disagreement(theirs.losses, reference);
    return difference === null ? result : { ...result, met: false, note: difference };
  }
  const [our, their] = [ours, theirs].map(each => (isMeasured(each) ? spread(each.turns) : null)) as [
    Row['ours'],
    Row['theirs'],
  ];
  const reasons = [
    ...(isMeasured(ours) ? [] : [`ours cannot: ${ours.cannot}`]),
    ...(isMeasured(theirs) ? [] : [`cannot: ${theirs.cannot}`]),
  ];
  return {
    ...row,
    ours: our,
    theirs: their,
    ratio: null,
    met: isMeasured(ours) ? null : false,
    note: reasons.join('; '),
  };
}

/** Null where the losses are the same. */
function disagreement(losses: readonly number[], reference: readonly number[]): string | null {
  const at = losses.findIndex(
    (loss, i) => !(Math.abs(loss - reference[i]!) <= maxRelativeDifference * Math.abs(reference[i]!)),
  );
  if (at < 0) return null;
  return `comes to another loss: ${losses[at]!.toPrecision(6)} before step ${at + 1}, ours ${reference[at]!.toPrecision(6)}`;
}

function memoryRows(row: Parameters<typeof compared>[0], ours: Outcome, theirs: Outcome): Row[] {
  if (!isMeasured(ours) || !isMeasured(theirs)) return [];
  // A side that computes in JavaScript alone holds nothing that can be told.
  if (!ours.megabytes || !theirs.megabytes) return [];
  const asked = { ...row, metric: 'MB of WASM heap and GPU buffers, peak', goal: null };
  return [compared(asked, [ours.megabytes], [theirs.megabytes])];
}

function isMeasured(outcome: Outcome): outcome is Measured {
  return 'turns' in outcome;
}
