// How much memory a page's renderer takes: its proportional set size, as Linux tells it.
import { readFile } from 'node:fs/promises';
import type { BrowserContext, Page } from 'playwright';

declare global {
  var mark: Uint8Array<ArrayBuffer> | undefined;
}

/** Between two looks; one look takes about as long for a process of some hundred megabytes. */
const everyMs = 15;

/** Enough to tell it from what else goes on. */
const markBytes = 64 * 2 ** 20;

/** The process that computes this page: the one that grows while the page holds `markBytes`. */
export async function rendererOf(context: BrowserContext, page: Page): Promise<number> {
  const browser = context.browser();
  if (!browser) throw new Error('the context has no browser of its own');
  const session = await browser.newBrowserCDPSession();
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
    const before = await Promise.all(renderers.map(setBytes));
    await page.evaluate(bytes => {
      globalThis.mark = new Uint8Array(bytes).fill(1);
    }, markBytes);
    const after = await Promise.all(renderers.map(setBytes));
    await page.evaluate(() => {
      // At once, and not with the next garbage.
      (globalThis.mark!.buffer as ArrayBuffer & { transfer: (bytes: number) => void }).transfer(0);
      globalThis.mark = undefined;
    });
    const grown = renderers.findIndex((_pid, i) => after[i]! - before[i]! > markBytes / 2);
    if (grown < 0) throw new Error(`none of ${renderers.length} renderers grew with the page`);
    return renderers[grown]!;
  } finally {
    await session.detach();
  }
}
/** Bytes; what several processes share counts by their number (proc(5), smaps_rollup). 0 where the process has ended. */
async function setBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
}

export interface Watched<T> {
  readonly result: T;
  readonly beforeBytes: number;
  readonly mostBytes: number;
}

/** Looks again and again while `work` goes on. */
export async function watchMemory<T>(pid: number, work: () => Promise<T>): Promise<Watched<T>> {
  const beforeBytes = await setBytes(pid);
  let mostBytes = beforeBytes;
  const ended = new AbortController();
  const watching = (async () => {
    while (!ended.signal.aborted) {
      mostBytes = Math.max(mostBytes, await setBytes(pid));
      await new Promise(resolve => setTimeout(resolve, everyMs));
    }
  })();
  try {
    const result = await work();
    return { result, beforeBytes, mostBytes };
  } finally {
    ended.abort();
    await watching;
  }
}
