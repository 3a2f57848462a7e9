// `first-visit`: an empty browser on a slow line, until the first answer, and until all would work without the line.
import { markTime, notCached, notInstalled, openBrowser, untilNothingLacks } from './browser.ts';
import type { Setting } from './catalogue.ts';
import { limited, type Row } from './harness.ts';
import { firstPredictionMark } from './pages/marks.ts';
import { type BenchServer, startServer } from './server.ts';
import { startThrottledProxy } from './throttled-proxy.ts';

const line = { bitsPerSecond: 1e6, roundTripMs: 400 };
/** Of the page. Chromium has no such throttle for workers. */
const cpuThrottle = 4;
const visits = 3;
const maxMegabytes = 6;
const maxSeconds = 60;
const model = 'digits';

interface Visit {
  readonly answerSeconds: number;
  readonly readySeconds: number;
  readonly megabytes: number;
}

export async function firstVisitBench({ root, tell }: Setting): Promise<Row[]> {
  const server = await startServer(root);
  try {
    const measured: Visit[] = [];
    for (let visit = 1; visit <= visits; visit++) {
      tell(`visit ${visit} of ${visits}, at 1 Mbit/s: about a minute`);
      measured.push(await firstVisit(server));
    }
    const row = { case: `${model}, WASM, 1 Mbit/s, 400 ms, page CPU ÷ 4` };
    const seconds = { limit: maxSeconds, limitName: `limit: ${maxSeconds} s` };
    const bytes = { limit: maxMegabytes, limitName: `limit: ${maxMegabytes} MB` };
    const all = (pick: (visit: Visit) => number) => measured.map(pick);
    return [
      limited(
        { ...row, metric: 'MB received', ...bytes },
        all(visit => visit.megabytes),
      ),
      limited(
        { ...row, metric: 's to the first answer', ...seconds },
        all(visit => visit.answerSeconds),
      ),
      limited(
        { ...row, metric: 's until it predicts and learns offline', ...seconds },
        all(visit => visit.readySeconds),
      ),
    ];
  } finally {
    await server.close();
  }
}

async function firstVisit(server: BenchServer): Promise<Visit> {
  const offline = await offlineFiles(server.url);
  const proxy = await startThrottledProxy(server.port, line);
  const browser = await openBrowser();
  try {
    const page = await browser.context.newPage();
    const devtools = await browser.context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: cpuThrottle });
    const started = performance.now();
    await page.goto(`http://localhost:${proxy.port}/`, { waitUntil: 'commit' });
    await page.getByRole('button', { name: `Get ${model}` }).click();
    const answerMs = await markTime(page, firstPredictionMark);
    await untilNothingLacks(async () => [
      ...(await notInstalled(page, model)),
      ...(await notCached(page, offline)),
    ]);
    const readyMs = performance.now() - started;
    return {
      answerSeconds: answerMs / 1000,
      readySeconds: readyMs / 1000,
      megabytes: proxy.receivedBytes() / 1e6,
    };
  } finally {
    await browser.close();
    await proxy.close();
  }
}

/** The page itself, and what the build says that predicting and learning on WASM need. */
async function offlineFiles(url: string): Promise<string[]> {
  const response = await fetch(`${url}/runtime.json`);
  const runtime = (await response.json()) as { wasm: string[]; tfjs: string[] };
  return ['/index.html', ...runtime.wasm, ...runtime.tfjs];
}
