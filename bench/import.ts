// `import`: graph models that were brought into ONNX, in ONNX Runtime Web, beside their originals in TensorFlow.js: on WASM
// and on WebGPU, in one run of one browser and in turn.
import type { Page } from 'playwright';
import type { Bytes } from '../src/core/artifact/digest.ts';
import { importGraphModel } from '../src/core/import/tfjs-graph/import-graph-model.ts';
import { castWeights } from '../src/core/passes/cast-weights.ts';
import { quantizeWeights } from '../src/core/passes/quantize-weights.ts';
import { ownGpu } from '../scripts/chromium.mjs';
import { openBrowser } from './browser.ts';
import type { Setting } from './catalogue.ts';
import { compared, type Row, spread } from './harness.ts';
import { humanModel } from './imports/human-models.ts';
import { servePages } from './pages-server.ts';
import type { ImportSide } from './pages/import/import.ts';
import type { ModelSpec } from './pages/import/side.ts';
import { measureInTurns, type TurnTaker } from './turns.ts';

/** Detectors, poses, faces and a classifier of an emotion, of 0.4 to 7.6 MB. */
export const importNames = [
  'emotion',
  'blazeface',
  'mobilefacenet',
  'movenet-lightning',
  'posenet',
  'centernet',
  'nanodet',
  'handtrack',
] as const;

const sides = {
  'ours, WASM, 1 thread': { library: 'ours', backend: 'wasm', threads: 'one' },
  'ours, WASM, all threads': { library: 'ours', backend: 'wasm', threads: 'all' },
  'ours, WebGPU': { library: 'ours', backend: 'webgpu', threads: 'all' },
  'tfjs-wasm': { library: 'tfjs', backend: 'wasm', threads: 'all' },
  'tfjs-webgpu': { library: 'tfjs', backend: 'webgpu', threads: 'all' },
} as const satisfies Record<string, ImportSide>;
type SideKey = keyof typeof sides;

interface Comparison {
  /** Of several the fastest counts. */
  readonly ours: readonly SideKey[];
  readonly peer: SideKey;
}
const onWasm: Comparison = { ours: ['ours, WASM, 1 thread', 'ours, WASM, all threads'], peer: 'tfjs-wasm' };
const onWebGpu: Comparison = { ours: ['ours, WebGPU'], peer: 'tfjs-webgpu' };

/** Software that stands in for a GPU takes seconds a prediction and says little of one: only of a model that is asked for. */
function comparisonsOf(only: Setting['only']): readonly Comparison[] {
  return ownGpu || only !== null ? [onWasm, onWebGpu] : [onWasm];
}

const goal = 1.3;
/** Openings of a model, of which the first, when files are not yet at hand, is thrown away. */
const openings = { full: 5, short: 2 };
/** A side that has spent so much on opening opens no more, once it has opened twice. */
const openingBudgetMs = 15_000;
/** Of the largest number of an output. */
const maxDifference = 1e-3;

interface Measured {
  readonly turns: readonly number[];
  readonly loads: readonly number[];
}
type Outcome = Measured | { readonly cannot: string };

type Variant = 'fp32' | 'fp16' | 'int8';
const variantOf: Readonly<Record<string, Variant>> = { float16: 'fp16', uint8: 'int8' };
const variantFile: Readonly<Record<Variant, (file: Bytes) => Bytes>> = {
  fp32: file => file,
  fp16: castWeights,
  int8: file => quantizeWeights(file, { perChannel: true }),
};

interface Measuring extends Pick<Setting, 'length' | 'tell'> {
  readonly comparisons: readonly Comparison[];
}

interface Subject {
  readonly spec: ModelSpec;
  readonly files: ReadonlyMap<string, Bytes>;
  /** The variant in as many bits as the original's weights are stored in: what a device would fetch. */
  readonly variant: Variant;
}

export async function importBench({ root, tell, only, length }: Setting): Promise<Row[]> {
  const comparisons = comparisonsOf(only);
  const names = importNames.filter(name => only === null || name === only);
  const subjects = await Promise.all(names.map(name => subjectOf(root, name)));
  const pages = await servePages(root, {
    names: ['import/import'],
    models: new Map(subjects.flatMap(({ files }) => [...files])),
    identifiers: 'kept',
  });
  const browser = await openBrowser({ webgpu: comparisons.includes(onWebGpu) });
  try {
    const rows: Row[] = [];
    for (const subject of subjects) {
      const page = await browser.context.newPage();
      await page.goto(`${pages.url}/import/import.html`);
      await page.waitForFunction(() => typeof window.importSides === 'object');
      rows.push(...(await rowsOf(page, subject, { comparisons, length, tell })));
      await page.close();
    }
    return rows;
  } finally {
    await browser.close();
    await pages.close();
  }
}

async function subjectOf(root: string, name: string): Promise<Subject> {
  const files = await humanModel(root, name);
  const imported = importGraphModel(files);
  const { inputs, outputs } = imported.interface;
  const stored = imported.notes.find(note => note.code === 'quantized')?.stored;
  return {
    spec: {
      name,
      inputs: inputs.map(({ name: input, datatype, shape }) => ({ name: input, datatype, shape })),
      outputs: outputs.map(output => output.name),
    },
    files: new Map([
      ...files.map(({ path, bytes }) => [path, bytes] as const),
      [`${name}.onnx`, imported.model],
    ]),
    variant: stored === undefined ? 'fp32' : (variantOf[stored] ?? 'fp32'),
  };
}

async function rowsOf(page: Page, { spec, files, variant }: Subject, measuring: Measuring): Promise<Row[]> {
  const outcomes = await measure(page, spec, measuring);
  const rows = await Promise.all(
    measuring.comparisons.map(comparison => comparedRows(page, spec.name, comparison, outcomes)),
  );
  const bytesOf = (...paths: string[]) => paths.reduce((sum, path) => sum + files.get(path)!.length, 0) / 1e6;
  const onnx = files.get(`${spec.name}.onnx`)!;
  const bytes = compared(
    {
      case: `${spec.name}, ${variant}`,
      metric: 'MB',
      peer: 'model.json and shards',
      goal: null,
    },
    [variantFile[variant](onnx).length / 1e6],
    [bytesOf(`${spec.name}.json`, `${spec.name}.bin`)],
  );
  return [...rows.flat(), bytes];
}

async function measure(
  page: Page,
  spec: ModelSpec,
  { comparisons, length, tell }: Measuring,
): Promise<Map<SideKey, Outcome>> {
  const outcomes = new Map<SideKey, Outcome>();
  const loads = new Map<SideKey, readonly number[]>();
  // Software that stands in for a GPU loses it now and then, under a model that is large for it.
  const cannot = async (key: SideKey, thrown: unknown) => {
    outcomes.set(key, { cannot: reasonOf(thrown) });
    tell(`${spec.name}: ${key} cannot: ${reasonOf(thrown)}`);
    await page.evaluate(name => window.importSides.close(name), key);
  };
  for (const key of new Set(comparisons.flatMap(({ ours, peer }) => [...ours, peer]))) {
    try {
      loads.set(key, await opened(page, key, spec, length));
    } catch (thrown) {
      await cannot(key, thrown);
    }
  }
  const takers = new Map(Array.from(loads.keys(), key => [key, takerOf(page, key)]));
  for (const [key, turns] of await measureInTurns(takers, length, cannot)) {
    const measured = { turns, loads: loads.get(key)! };
    outcomes.set(key, measured);
    tell(`${spec.name}: ${key}: ${spread(turns).median.toPrecision(3)} ms, ${turns.length} turns`);
  }
  return outcomes;
}

/** Milliseconds of each opening but the first, for which the runtime itself is got ready; the last stays open. */
async function opened(
  page: Page,
  key: SideKey,
  spec: ModelSpec,
  length: Setting['length'],
): Promise<number[]> {
  await page.evaluate(([name, side]) => window.importSides.start(name, side), [key, sides[key]] as const);
  const times: number[] = [];
  let spentMs = 0;
  while (times.length < 2 || (times.length < openings[length] && spentMs < openingBudgetMs)) {
    times.push(
      await page.evaluate(([name, model]) => window.importSides.open(name, model), [key, spec] as const),
    );
    spentMs += times.at(-1)!;
  }
  return times.slice(1);
}

function takerOf(page: Page, key: SideKey): TurnTaker {
  return async count => ({
    millisecondsAStep: await page.evaluate(([name, times]) => window.importSides.turn(name, times), [
      key,
      count,
    ] as const),
    losses: [],
  });
}

async function comparedRows(
  page: Page,
  name: string,
  { ours, peer }: Comparison,
  outcomes: ReadonlyMap<SideKey, Outcome>,
): Promise<Row[]> {
  const [best, our] = fastest(ours, outcomes);
  const their = outcomes.get(peer)!;
  const row = { case: `${name}, ${best.replace('ours, ', '')}`, metric: 'ms a prediction', peer, goal };
  if (!isMeasured(our) || !isMeasured(their)) return [incomparable(row, our, their)];
  const apart = await page.evaluate(([reference, other]) => window.importSides.apart(reference, other), [
    peer,
    best,
  ] as const);
  const wrong = Object.entries(apart).filter(([, value]) => value > maxDifference);
  const note = wrong.map(([output, value]) => `'${output}' is ${value.toPrecision(1)} apart`).join(', ');
  return [
    { ...compared(row, our.turns, their.turns), ...(note && { note }) },
    compared({ ...row, metric: 'ms from bytes to the first answer', goal: null }, our.loads, their.loads),
  ];
}

function incomparable(
  row: Pick<Row, 'case' | 'metric' | 'peer' | 'goal'>,
  our: Outcome,
  their: Outcome,
): Row {
  const reasons = [our, their].flatMap((side, i) =>
    'cannot' in side ? [`${i === 0 ? 'ours ' : ''}cannot: ${side.cannot}`] : [],
  );
  return {
    ...row,
    ours: isMeasured(our) ? spread(our.turns) : null,
    theirs: isMeasured(their) ? spread(their.turns) : null,
    ratio: null,
    met: isMeasured(our) ? null : false,
    note: reasons.join('; '),
  };
}

function fastest(keys: readonly SideKey[], outcomes: ReadonlyMap<SideKey, Outcome>): [SideKey, Outcome] {
  const median = (key: SideKey) => {
    const outcome = outcomes.get(key)!;
    return isMeasured(outcome) ? spread(outcome.turns).median : Infinity;
  };
  const best = keys.reduce((a, b) => (median(b) < median(a) ? b : a));
  return [best, outcomes.get(best)!];
}

/** The first line of a page's error, without what Playwright puts before it. */
function reasonOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replace(/^page\.evaluate: (\w*Error: )?/, '').split('\n', 1)[0]!;
}

function isMeasured(outcome: Outcome): outcome is Measured {
  return 'turns' in outcome;
}
