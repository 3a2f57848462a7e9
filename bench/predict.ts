// `predict`: warm predictions through the app's worker beside raw ONNX Runtime Web in a worker, page round trip included.
import type { Page } from 'playwright';
import type { WebProvider } from '../src/worker/ort.ts';
import { ownGpu } from '../scripts/chromium.mjs';
import { openBrowser } from './browser.ts';
import type { Setting } from './catalogue.ts';
import { compared, interleaved, type Row } from './harness.ts';
import { type BenchModel, digitsModel, generatedCnn } from './models.ts';
import { servePages } from './pages-server.ts';

/** At most 1.10 times the peer's time. */
const goal = 1 / 1.1;
/** Many short ones: a machine that is busy for a tenth of a second is so for both sides. */
const rounds = { count: 151, warmUps: 30 };
/** WebGPU where it is a GPU's: by the software adapter a prediction's time says nothing. */
const providers: readonly WebProvider[] = ownGpu ? ['webgpu', 'wasm'] : ['wasm'];
const providerNames: Readonly<Record<WebProvider, string>> = { wasm: 'WASM', webgpu: 'WebGPU' };
/** Both sides run the same file: their answers are the same. */
const maxDifference = 1e-5;

export async function predictBench({ root, tell }: Setting): Promise<Row[]> {
  const models = [await digitsModel(root), generatedCnn()];
  const pages = await servePages(root, {
    names: ['warm'],
    models: new Map(models.map(({ name, file }) => [name, file])),
    identifiers: 'shortened',
  });
  const browser = await openBrowser({ webgpu: ownGpu });
  try {
    const rows: Row[] = [];
    for (const model of models) {
      tell(`${model.name}: ${rounds.count} rounds of ${model.warmPredictions} a side`);
      for (const provider of providers) {
        const page = await browser.context.newPage();
        await page.goto(`${pages.url}/warm.html`);
        rows.push(await measure(page, model, provider));
        await page.close();
      }
    }
    return rows;
  } finally {
    await browser.close();
    await pages.close();
  }
}

async function measure(
  page: Page,
  { name, input, warmPredictions }: BenchModel,
  provider: WebProvider,
): Promise<Row> {
  await page.waitForFunction(() => typeof window.openSides === 'function');
  await page.evaluate(([model, given, where]) => window.openSides(model, given, where), [
    name,
    input,
    provider,
  ] as const);
  const difference = await page.evaluate(() => window.sides.difference());
  if (difference > maxDifference) throw new Error(`${name}: the two sides differ by ${difference}`);
  const { ours, theirs } = await interleaved(
    rounds,
    () => page.evaluate(count => window.sides.ours(count), warmPredictions),
    () => page.evaluate(count => window.sides.theirs(count), warmPredictions),
  );
  const row = {
    case: `${name}, batch 1, ${providerNames[provider]}`,
    metric: 'ms a prediction',
    peer: 'ONNX Runtime Web in a worker',
    goal,
  };
  return compared(row, ours, theirs);
}
