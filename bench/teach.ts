// `teach`: classes that are taught by showing photos, beside Teachable Machine's way in TensorFlow.js, on the same backbone and
// the same photos: seconds to the first live answer, seconds to 95 % of what was held out, and how many are wrong in the end. Ours
// learns while photos still come in, as the app does; its way begins when all are embedded, as its app does.
import type { Page } from 'playwright';
import type { Bytes } from '../src/core/artifact/digest.ts';
import { importGraphModel } from '../src/core/import/tfjs-graph/import-graph-model.ts';
import { makeEmbedder } from '../src/core/teach/make-embedder.ts';
import { assumedPreparation } from '../src/core/teach/photo-preparation.ts';
import { ownGpu } from '../scripts/chromium.mjs';
import { openBrowser } from './browser.ts';
import type { Setting } from './catalogue.ts';
import { compared, type Row, spread } from './harness.ts';
import { humanModel } from './imports/human-models.ts';
import { servePages } from './pages-server.ts';
import type { TeachSide } from './pages/teach/teach.ts';
import { atOurSize, backbone } from './teach/backbone.ts';
import { drawOf } from './teach/draws.ts';

/** What is told apart. Seconds are measured on the pages, which either side comes to tell apart by 95 %. */
export const teachSets = ['pages', 'text crops', 'digits', 'drawn digits'] as const;
type SetName = (typeof teachSets)[number];
const timedSet: SetName = 'pages';

const sides = {
  'ours, WASM, 1 thread': { library: 'ours', backend: 'wasm', threads: 'one' },
  'ours, WASM, all threads': { library: 'ours', backend: 'wasm', threads: 'all' },
  'ours, WebGPU': { library: 'ours', backend: 'webgpu', threads: 'all' },
  'tfjs-wasm': { library: 'tfjs', backend: 'wasm', threads: 'all' },
  'tfjs-webgl': { library: 'tfjs', backend: 'webgl', threads: 'all' },
  'tfjs-webgpu': { library: 'tfjs', backend: 'webgpu', threads: 'all' },
} as const satisfies Record<string, TeachSide>;
type SideKey = keyof typeof sides;

/** Without a GPU of its own a machine's best is its processor: software that stands in for one is no backend to choose. */
const oursOnWasm: readonly SideKey[] = ['ours, WASM, 1 thread', 'ours, WASM, all threads'];
const ours: readonly SideKey[] = ownGpu ? [...oursOnWasm, 'ours, WebGPU'] : oursOnWasm;
const theirs: readonly SideKey[] = ownGpu ? ['tfjs-wasm', 'tfjs-webgl', 'tfjs-webgpu'] : ['tfjs-wasm'];

const goal = 3;
const wantedRight = 0.95;
/** Photos of a class. */
const few = 5;

interface Extent {
  /** Photos of a class that are shown, and others that are asked. */
  readonly many: number;
  readonly heldOut: number;
  readonly rounds: number;
  /** Rounds before them that are thrown away: pipelines and code are compiled then. */
  readonly warmUps: number;
  readonly draws: number;
  readonly sets: readonly SetName[];
}
const extents: Readonly<Record<Setting['length'], Extent>> = {
  full: { many: 50, heldOut: 20, rounds: 3, warmUps: 1, draws: 5, sets: teachSets },
  short: { many: 15, heldOut: 10, rounds: 1, warmUps: 0, draws: 2, sets: [timedSet] },
};

export async function teachBench({ root, tell, only, length }: Setting): Promise<Row[]> {
  const pages = await servePages(root, {
    names: ['teach/teach'],
    models: await modelFiles(root),
    identifiers: 'kept',
  });
  const browser = await openBrowser({ webgpu: ownGpu });
  try {
    const rows: Row[] = [];
    const extent = extents[length];
    for (const set of only === null ? extent.sets : teachSets.filter(name => name === only)) {
      tell(`${set}: photos`);
      const page = await browser.context.newPage();
      await page.goto(`${pages.url}/teach/teach.html`);
      await page.waitForFunction(() => typeof window.teaching === 'object');
      const classes = await page.evaluate(([name, count]) => window.teaching.draw(name, count), [
        set,
        extent.many + extent.heldOut,
      ] as const);
      for (const key of [...ours, ...theirs]) {
        tell(`${set}: ${key}`);
        await page.evaluate(([name, side]) => window.teaching.open(name, side), [key, sides[key]] as const);
      }
      if (set === timedSet) rows.push(...(await timeRows(page, classes, extent, tell)));
      rows.push(...(await accuracyRows(page, { set, classes }, extent, tell)));
      await page.close();
    }
    return rows;
  } finally {
    await browser.close();
    await pages.close();
  }
}

async function modelFiles(root: string): Promise<Map<string, Bytes>> {
  const files = await humanModel(root, backbone.name);
  const imported = importGraphModel(files);
  const { side, value, width } = backbone;
  const preparation = { ...assumedPreparation(imported.interface.inputs[0]!)!, height: side, width: side };
  const point = { value, width, pools: true, share: 1 };
  const { model } = await makeEmbedder(imported.model, point, preparation);
  const [json, shard] = files;
  return new Map([
    [json.path, atOurSize(json.bytes)],
    [shard.path, shard.bytes],
    ['embedder.onnx', model],
  ]);
}

/** How photos come before the first answer: as a camera records them (`recorder.ts`: ten a second), or dropped as files. */
const arrivals = [
  { metric: 's from the fifth photo of a camera to an answer', betweenMs: 100 },
  { metric: 's from five photos dropped at once to an answer', betweenMs: 0 },
] as const;

/** Rounds go through all sides in turn. */
async function timeRows(page: Page, classes: number, extent: Extent, tell: Setting['tell']): Promise<Row[]> {
  const { many, rounds, warmUps } = extent;
  const first = arrivals.map(() => new Map<SideKey, number[]>());
  const learnt = new Map<SideKey, number[]>();
  const shares = new Map<SideKey, number>();
  const from = new Map<SideKey, number>();
  for (let round = -warmUps; round < rounds; round++) {
    const { shown, tests } = drawOf(classes, many, warmUps + round, extent);
    const fiveAndOne = [...shown.filter((_, i) => i % many === 0).slice(0, few), tests[0]!];
    for (const key of [...ours, ...theirs]) {
      const answersMs: number[] = [];
      for (const { betweenMs } of arrivals) {
        answersMs.push(
          await page.evaluate(
            ([name, places, between]) => window.teaching.firstAnswer(name, places, between),
            [key, fiveAndOne, betweenMs] as const,
          ),
        );
      }
      const { milliseconds, right, learntFrom } = await page.evaluate(
        ([name, places, held, wanted]) => window.teaching.teach(name, places, held, wanted),
        [key, shown, tests, wantedRight] as const,
      );
      const seconds = (milliseconds / 1000).toFixed(1);
      const answers = answersMs.map(ms => ms.toFixed(0)).join(' and ');
      tell(`${key}: ${answers} ms, ${seconds} s to ${percent(right)}, from ${learntFrom} photos`);
      if (round < 0) continue;
      shares.set(key, Math.min(right, shares.get(key) ?? 1));
      from.set(key, Math.max(learntFrom, from.get(key) ?? 0));
      answersMs.forEach((ms, way) => first[way]!.set(key, [...(first[way]!.get(key) ?? []), ms / 1000]));
      learnt.set(key, [...(learnt.get(key) ?? []), milliseconds / 1000]);
    }
  }
  const [best, peer] = [fastest(ours, learnt), fastest(theirs, learnt)];
  const row = { case: `${timedSet}, ${best.replace('ours, ', '')}`, peer, goal };
  const note = [best, peer]
    .map(key => `${key}: ${percent(shares.get(key)!)} right from ${from.get(key)} photos at most`)
    .join('; ');
  return [
    ...arrivals.map(({ metric }, way) =>
      compared({ ...row, metric }, first[way]!.get(best)!, first[way]!.get(peer)!),
    ),
    {
      ...compared(
        { ...row, metric: `s from ${classes} × ${many} photos to 95 %` },
        learnt.get(best)!,
        learnt.get(peer)!,
      ),
      note,
      ...(shares.get(best)! < wantedRight && { met: false }),
    },
  ];
}

function fastest(keys: readonly SideKey[], seconds: ReadonlyMap<SideKey, readonly number[]>): SideKey {
  const median = (key: SideKey) => spread(seconds.get(key)!).median;
  return keys.reduce((best, key) => (median(key) < median(best) ? key : best));
}

/** Wrong answers to what was held out, on the same draws. */
async function accuracyRows(
  page: Page,
  { set, classes }: { readonly set: SetName; readonly classes: number },
  extent: Extent,
  tell: Setting['tell'],
): Promise<Row[]> {
  const rows: Row[] = [];
  const [our, their] = [ours[0]!, theirs[0]!];
  for (const count of [few, extent.many]) {
    const wrong: Record<string, number[]> = { [our]: [], [their]: [] };
    for (let draw = 0; draw < extent.draws; draw++) {
      const { shown, tests } = drawOf(classes, count, 100 + draw, extent);
      for (const key of [our, their]) {
        const right = await page.evaluate(
          ([name, places, held]) => window.teaching.accuracy(name, places, held),
          [key, shown, tests] as const,
        );
        // A ratio needs something to divide by: half an answer counts as none wrong.
        wrong[key]!.push(100 * Math.max(1 - right, 0.5 / tests.length));
      }
    }
    tell(`${set}, ${count} a class: ${spread(wrong[our]!).median.toFixed(1)} of 100 wrong`);
    rows.push(
      compared(
        {
          case: `${set}, ${count} a class`,
          metric: 'of 100 wrong',
          peer: 'Teachable Machine’s head',
          goal: 1,
        },
        wrong[our]!,
        wrong[their]!,
      ),
    );
  }
  return rows;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
