// A server under all that it is asked, for a while: what it holds afterwards is what it held before. `npm run soak` is the long
// form. Lengths are counted in turns, not in time: a slow machine does as many.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';
import { serverConfig } from '../../scripts/build.mjs';
import { type Held, startInspected } from './soak/inspected-server.ts';
import { MixedLoad } from './soak/mixed-load.ts';
import { slope } from './soak/slope.ts';
import { temporaryFolder } from './support.ts';

const minutes = Number(process.env['HAVERSACK_SOAK_MINUTES'] ?? '0');
const isLong = minutes > 0;
/** Code is compiled, caches fill, pools grow: what is held grows too, and is not looked at. */
const warmUpTurns = isLong ? 60 : 12;
const shortTurns = 24;
const looks = isLong ? 40 : 6;
/** Of JavaScript, and of all memory. A buffer kept for each request would be thousands. */
const maxHeapBytesARequest = isLong ? 50 : 500;
const maxResidentBytesARequest = isLong ? 500 : 10_000;
const deadlineMs = (minutes + 5) * 60_000;

interface Look extends Held {
  readonly requests: number;
  /** Versions that are loaded. */
  readonly loaded: number;
}

describe('a server that is used for long', () => {
  it(
    'holds no more memory, files and handles than it began with',
    async () => {
      const built = join(process.cwd(), '.cache/test-soak');
      mkdirSync(built, { recursive: true });
      await build(serverConfig(built));
      const endings: (() => void)[] = [];
      const server = await startInspected(built, temporaryFolder(), end => endings.push(end));
      try {
        const load = new MixedLoad(server.url, server.key);
        await load.furnish();
        for (let turn = 0; turn < warmUpTurns; turn++) await load.turn();
        const seen = await soak(load, async () => ({
          ...(await server.held()),
          requests: load.requests,
          loaded: await load.loaded(),
        }));
        try {
          assertFlat(seen);
        } catch (thrown) {
          tell(seen);
          throw thrown;
        }
        if (isLong) tell(seen);
        expect(await server.stop()).toBe(0);
      } finally {
        for (const end of endings) end();
      }
    },
    deadlineMs,
  );
});

/** Alternates load and a look, at the beginning too. */
async function soak(load: MixedLoad, look: () => Promise<Look>): Promise<Look[]> {
  const seen = [await look()];
  const until = performance.now() + minutes * 60_000;
  for (let nth = 1; nth <= looks; nth++) {
    if (isLong) {
      const next = until - ((looks - nth) * minutes * 60_000) / looks;
      do await load.turn();
      while (performance.now() < next);
    } else {
      for (let turn = 0; turn < shortTurns / looks; turn++) await load.turn();
    }
    seen.push(await look());
  }
  return seen;
}

function assertFlat(seen: readonly Look[]): void {
  const points = (y: (look: Look) => number) => seen.map(look => ({ x: look.requests, y: y(look) }));
  expect(slope(points(({ heapBytes }) => heapBytes)), 'bytes of heap a request').toBeLessThan(
    maxHeapBytesARequest,
  );
  const [first, last] = [seen[0]!, seen.at(-1)!];
  for (const kind of new Set([first, last].flatMap(({ resources }) => Object.keys(resources)))) {
    // Connections that are kept alive come and go by a few.
    expect(last.resources[kind] ?? 0, kind).toBeLessThanOrEqual((first.resources[kind] ?? 0) + 8);
  }
  // What a turn unloads, it loads again.
  expect(last.loaded).toBe(first.loaded);
  if (first.residentBytes === null) return;
  expect(slope(points(look => look.residentBytes!)), 'bytes of memory a request').toBeLessThan(
    maxResidentBytesARequest,
  );
  expect(last.openFiles!).toBeLessThanOrEqual(first.openFiles! + 8);
}

function tell(seen: readonly Look[]): void {
  for (const { requests, loaded, heapBytes, residentBytes, openFiles, resources } of seen) {
    const mebibytes = (bytes: number | null) => `${((bytes ?? 0) / 2 ** 20).toFixed(1)} MiB`;
    process.stderr.write(
      `${requests} requests · heap ${mebibytes(heapBytes)} · resident ${mebibytes(residentBytes)} · ` +
        `${loaded} loaded · ${openFiles} files · ${JSON.stringify(resources)}\n`,
    );
  }
}
