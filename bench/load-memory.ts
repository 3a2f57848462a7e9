// `load-memory`: a model of 200 MB out of the app's store into a session: what the renderer takes at most while it loads, with
// the weights beside the model as the app does it, and with the whole file handed over.
import { machine } from 'node:os';
import type { Setting } from './catalogue.ts';
import { type BenchBrowser, openBrowser } from './browser.ts';
import { compared, limited, type Row } from './harness.ts';
import { denseChain } from './models.ts';
import type { Way } from './pages/load-memory.ts';
import { servePages } from './pages-server.ts';
import { rendererOf, watchMemory } from './renderer-memory.ts';

/** 8 weights of 25 MiB. */
const large = { name: 'large', layers: 8, width: 2560 };
/** Of the file's size. */
const limit = 2.3;
const runs = { full: 5, short: 1 } as const;
/** Where the way is chosen by the file's size: sizes on both sides of it, in MiB. */
const sizes = [
  { name: '1MiB', layers: 4, width: 256 },
  { name: '4MiB', layers: 4, width: 512 },
  { name: '16MiB', layers: 4, width: 1024 },
  { name: '64MiB', layers: 4, width: 2048 },
] as const;

interface Load {
  readonly share: number;
  readonly openMs: number;
}

export async function loadMemoryBench({ root, tell, length }: Setting): Promise<Row[]> {
  if (process.platform !== 'linux') throw new Error(`${machine()}: only Linux tells a process's set size`);
  const chains = [large, ...sizes];
  const files = new Map(chains.map(({ name, layers, width }) => [name, denseChain(layers, width)]));
  const pages = await servePages(root, { names: ['load-memory'], models: files, identifiers: 'shortened' });
  const browser = await openBrowser();
  const url = `${pages.url}/load-memory.html`;
  try {
    for (const { name } of chains) {
      tell(`${name}: storing ${(files.get(name)!.length / 1e6).toFixed(0)} MB`);
      await inTab(browser, url, page => page.evaluate(model => window.storeModel(model), name));
    }
    const rows: Row[] = [];
    for (const { name } of chains) {
      tell(`${name}: ${runs[length]} fresh tabs a side`);
      const bytes = files.get(name)!.length;
      const loads: Record<Way, Load[]> = { beside: [], whole: [] };
      for (let run = 0; run < runs[length]; run++) {
        const order: Way[] = run % 2 === 0 ? ['beside', 'whole'] : ['whole', 'beside'];
        for (const way of order) loads[way].push(await load(browser, url, name, bytes, way));
      }
      rows.push(...(name === large.name ? memoryRows(loads) : []), timeRow(name, loads));
    }
    return rows;
  } finally {
    await browser.close();
    await pages.close();
  }
}

function memoryRows({ beside, whole }: Record<Way, Load[]>): Row[] {
  const row = {
    case: '210 MB, WASM',
    metric: 'renderer’s most memory while loading, as a share of the file',
  };
  const shares = beside.map(({ share }) => share);
  return [
    limited({ ...row, limit, limitName: 'what a phone’s tab survives' }, shares),
    compared(
      { ...row, peer: 'the whole file handed over', goal: null },
      shares,
      whole.map(({ share }) => share),
    ),
  ];
}

function timeRow(name: string, { beside, whole }: Record<Way, Load[]>): Row {
  return compared(
    {
      case: `${name === large.name ? '210 MB' : name.replace('MiB', ' MiB')}, WASM`,
      metric: 'from the store to a session, ms',
      peer: 'the whole file handed over',
      goal: null,
    },
    beside.map(({ openMs }) => openMs),
    whole.map(({ openMs }) => openMs),
  );
}

async function load(
  { context }: BenchBrowser,
  url: string,
  name: string,
  bytes: number,
  way: Way,
): Promise<Load> {
  const page = await context.newPage();
  try {
    await page.goto(url);
    await page.waitForFunction(() => typeof window.openModel === 'function');
    await page.evaluate(() => window.startRuntime());
    const pid = await rendererOf(context, page);
    const open = () => page.evaluate(([model, how]) => window.openModel(model, how), [name, way] as const);
    const { result, mostBytes } = await watchMemory(pid, open);
    return { share: mostBytes / bytes, openMs: result };
  } finally {
    await page.close();
  }
}

async function inTab(
  { context }: BenchBrowser,
  url: string,
  work: (page: Awaited<ReturnType<BenchBrowser['context']['newPage']>>) => Promise<void>,
): Promise<void> {
  const page = await context.newPage();
  try {
    await page.goto(url);
    await page.waitForFunction(() => typeof window.storeModel === 'function');
    await work(page);
  } finally {
    await page.close();
  }
}
