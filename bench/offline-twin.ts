// `offline-twin`: `fetch('/v2/…')` in a page of the app's origin, answered by the device through the service worker, beside the
// same prediction by a call of the app's worker from the page. What is told is what the way over the service worker costs.
import type { Page } from 'playwright';
import { policyHeader } from '../src/core/protocol/twin-messages.ts';
import { binaryMediaType, headerLengthHeader, jsonMediaType } from '../src/core/protocol/messages.ts';
import { openBrowser } from './browser.ts';
import type { Setting } from './catalogue.ts';
import { installInApp } from './cold-start.ts';
import { interleaved, type Row, surplus } from './harness.ts';
import { type BenchModel, digitsModel } from './models.ts';
import { servePages } from './pages-server.ts';
import { startServer } from './server.ts';
import type { Encoding } from './serving-models.ts';

const maxMoreMs = 3;
const limitName = `${maxMoreMs} ms over the worker alone`;
const encodings: readonly Encoding[] = ['json', 'binary'];
const plans: Readonly<Record<Setting['length'], { readonly count: number; readonly warmUps: number }>> = {
  full: { count: 101, warmUps: 20 },
  short: { count: 11, warmUps: 5 },
};

export async function offlineTwinBench({ root, tell, length }: Setting): Promise<Row[]> {
  const model = await digitsModel(root);
  const pages = await servePages(root, {
    names: ['warm'],
    models: new Map([[model.name, model.file]]),
    identifiers: 'shortened',
  });
  const server = await startServer(root);
  const browser = await openBrowser();
  try {
    await installInApp(browser.context, server.url, model.name);
    const direct = await browser.context.newPage();
    await direct.goto(`${pages.url}/warm.html`);
    await direct.waitForFunction(() => typeof window.openSides === 'function');
    await direct.evaluate(([name, input]) => window.openSides(name, input), [
      model.name,
      model.input,
    ] as const);
    const twin = await openTwin(await browser.context.newPage(), server.url);
    const rows: Row[] = [];
    for (const encoding of encodings) {
      await assertByDevice(twin, model, encoding);
      tell(`${model.name}, ${encoding}: ${plans[length].count} rounds of ${model.warmPredictions} a side`);
      const { ours, theirs } = await interleaved(
        plans[length],
        () => meanMs(twin, model, encoding, model.warmPredictions),
        () => direct.evaluate(count => window.sides.ours(count), model.warmPredictions),
      );
      const row = { case: `${model.name}, ${encoding}, WASM`, metric: 'ms more than a call' };
      rows.push(surplus({ ...row, limit: maxMoreMs, limitName }, ours, theirs));
    }
    return rows;
  } finally {
    await browser.close();
    await server.close();
    await pages.close();
  }
}

/** The app, which computes for its origin, under its service worker. */
async function openTwin(page: Page, url: string): Promise<Page> {
  await page.goto(`${url}/#/library`);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  return page;
}

interface Asked {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON; in binary, what comes before the bytes. */
  readonly head: string;
  /** Empty where the numbers are in the JSON. */
  readonly numbers: readonly number[];
}

function askedOf({ name, input }: BenchModel, encoding: Encoding): Asked {
  const size = input.shape.reduce((product, dimension) => product * dimension, 1);
  const numbers = Array.from({ length: size }, (_, i) => (i * 7) % 16);
  const described = { name: input.name, shape: input.shape, datatype: 'FP32' };
  const path = `/v2/models/${name}/infer`;
  const policy = { [policyHeader]: 'local-only' };
  if (encoding === 'json') {
    const head = JSON.stringify({ inputs: [{ ...described, data: numbers }] });
    return { path, headers: { ...policy, 'Content-Type': jsonMediaType }, head, numbers: [] };
  }
  const parameters = { binary_data_size: 4 * size };
  const head = JSON.stringify({
    parameters: { binary_data_output: true },
    inputs: [{ ...described, parameters }],
  });
  const headers = { ...policy, 'Content-Type': binaryMediaType, [headerLengthHeader]: `${head.length}` };
  return { path, headers, head, numbers };
}

/** Not by the server, which is there too. */
async function assertByDevice(page: Page, model: BenchModel, encoding: Encoding): Promise<void> {
  const { by, text, status } = await page.evaluate(
    async ({ path, headers, head, numbers }) => {
      const body = new Blob([head, Float32Array.from(numbers)]);
      const response = await fetch(path, { method: 'POST', headers, body });
      const by = response.headers.get('Haversack-Answered-By');
      return { by, status: response.status, text: (await response.text()).slice(0, 300) };
    },
    askedOf(model, encoding),
  );
  if (status !== 200 || !by?.startsWith('device')) {
    throw new Error(`wanted an answer by the device, got ${status} by ${String(by)}: ${text}`);
  }
}

/** A whole exchange each: until the body has been read, as an application reads it. */
function meanMs(page: Page, model: BenchModel, encoding: Encoding, count: number): Promise<number> {
  return page.evaluate(
    async ({ path, headers, head, numbers, count }) => {
      const body = new Blob([head, Float32Array.from(numbers)]);
      const sent = await body.arrayBuffer();
      const started = performance.now();
      for (let i = 0; i < count; i++) {
        const response = await fetch(path, { method: 'POST', headers, body: sent });
        await response.arrayBuffer();
      }
      return (performance.now() - started) / count;
    },
    { ...askedOf(model, encoding), count },
  );
}
