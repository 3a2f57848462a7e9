// `cold-start`: from a fresh tab to the first prediction of a stored model, beside the least page that does the same.
import type { BrowserContext } from 'playwright';
import { notInstalled, openBrowser, timeInFreshTab, untilNothingLacks } from './browser.ts';
import type { Setting } from './catalogue.ts';
import { compared, interleaved, type Row } from './harness.ts';
import { type BenchModel, digitsModel, generatedCnn } from './models.ts';
import { firstPredictionMark } from './pages/marks.ts';
import { servePages } from './pages-server.ts';
import { pushDrawn, startServer } from './server.ts';

/** At most 1.15 times the peer's time. */
const goal = 1 / 1.15;
/** The first loads fill the browser's code caches, on both sides. */
const rounds = { count: 11, warmUps: 3 };

export async function coldStartBench({ root, tell }: Setting): Promise<Row[]> {
  const models = [await digitsModel(root), generatedCnn()];
  const pages = await servePages(root, {
    names: ['direct'],
    models: new Map(models.map(({ name, file }) => [name, file])),
    identifiers: 'shortened',
  });
  const server = await startServer(root);
  const browser = await openBrowser();
  try {
    await pushDrawn(server.client, models[1]!);
    const rows: Row[] = [];
    for (const model of models) {
      tell(`${model.name}: storing it on both sides`);
      await installInApp(browser.context, server.url, model.name);
      await timeInFreshTab(browser.context, `${pages.url}/direct.html?store&model=${model.name}`, 'stored');
      tell(`${model.name}: ${rounds.count} fresh tabs a side`);
      const { ours, theirs } = await interleaved(
        rounds,
        () => timeInFreshTab(browser.context, `${server.url}/#/use/${model.name}`, firstPredictionMark),
        () => timeInFreshTab(browser.context, directUrl(pages.url, model), firstPredictionMark),
      );
      const row = { case: `${model.name}, WASM`, metric: 'ms to the first prediction' };
      rows.push(compared({ ...row, peer: 'a page of IndexedDB and ONNX Runtime Web', goal }, ours, theirs));
    }
    return rows;
  } finally {
    await browser.close();
    await server.close();
    await pages.close();
  }
}

function directUrl(origin: string, { name, input }: BenchModel): string {
  const query = new URLSearchParams({ model: name, input: input.name, shape: input.shape.join(',') });
  return `${origin}/direct.html?${query.toString()}`;
}

/** As a user does: one tap in the Library. */
export async function installInApp(context: BrowserContext, url: string, model: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${url}/#/library`);
  const card = page.locator('.card', { has: page.getByRole('heading', { name: model, exact: true }) });
  await card.getByRole('button', { name: 'Get', exact: true }).click();
  await untilNothingLacks(() => notInstalled(page, model));
  await page.close();
}
