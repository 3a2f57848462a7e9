// `bundle`: the evening story. Three phones that learned apart, no network: from the first bundle that is made to the moment
// at which all three run what was learned from all of them. Seconds, and bytes that are carried.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright';
import {
  carry,
  type Evening,
  labelDigits,
  marksOf,
  morning,
  openBundle,
  train,
} from '../test/e2e/support/evening.ts';
import type { Setting } from './catalogue.ts';
import { compared, type Row, spread } from './harness.ts';

const rounds = { full: 3, short: 1 } as const;
const noPeer = { peer: 'none', theirs: null, ratio: null, goal: null, met: null };

interface Round {
  /** Bundles of two phones made and opened on the third. */
  readonly gatherS: number;
  /** Accepted, learned from, judged, in use. */
  readonly learnS: number;
  /** One bundle made, opened on two, in use. */
  readonly handBackS: number;
  readonly gatherBytes: number;
  readonly handBackBytes: number;
  /** What is handed back, mailed as a plain gzipped ONNX file. */
  readonly fileBytes: number;
  /** Share of 200 rows read wrong: the best of the phones alone, and all of them in the evening. */
  readonly aloneWrong: number;
  readonly togetherWrong: number;
}

export async function bundleBench({ tell, length }: Setting): Promise<Row[]> {
  const measured: Round[] = [];
  for (let i = 0; i < rounds[length]; i += 1) {
    tell(`round ${i + 1} of ${rounds[length]}`);
    const evening = await morning();
    try {
      measured.push(await day(evening));
    } finally {
      await evening.close();
    }
  }
  const of = (pick: (round: Round) => number) => measured.map(pick);
  const told = (metric: string, values: readonly number[]): Row => ({
    case: 'three phones',
    metric,
    ours: spread(values),
    ...noPeer,
  });
  return [
    told(
      's, two bundles made and opened',
      of(round => round.gatherS),
    ),
    told(
      's, learned from all and in use',
      of(round => round.learnS),
    ),
    told(
      's, handed back and in use on two',
      of(round => round.handBackS),
    ),
    told(
      'bytes, two bundles to the third phone',
      of(round => round.gatherBytes),
    ),
    compared(
      { case: 'three phones', metric: 'bytes, handed back', peer: 'the ONNX file, gzip -9', goal: null },
      of(round => round.handBackBytes),
      of(round => round.fileBytes),
    ),
    compared(
      { case: 'three phones', metric: 'share read wrong', peer: 'the best phone alone', goal: 1 },
      of(round => round.togetherWrong),
      of(round => round.aloneWrong),
    ),
  ];
}

async function day({ server, folder, phones }: Evening): Promise<Round> {
  await server.stop();
  const [anna, ben, cleo] = phones;
  await Promise.all(
    phones.map(async phone => {
      await labelDigits(phone);
      await train(phone.page);
      await use(phone.page);
    }),
  );
  const alone: number[] = [];
  for (const { page } of phones) alone.push((await marksOf(page)).accuracy);
  const bundles: number[] = [];
  const gatherS = await seconds(async () => {
    for (const { page } of [ben, cleo]) {
      const { path, bytes } = await carry(page, folder, { taught: true, samples: true });
      bundles.push(bytes);
      await openBundle(anna.page, path);
    }
  });
  const learnS = await seconds(async () => {
    await anna.page.getByRole('button', { name: /^Accept \d+ samples$/ }).click();
    await anna.page.getByText(/^0 to look at/).waitFor();
    await train(anna.page);
    await use(anna.page);
  });
  let handBackBytes = 0;
  const handBackS = await seconds(async () => {
    const { path, bytes } = await carry(anna.page, folder, { taught: true, samples: false });
    handBackBytes = bytes;
    for (const { page } of [ben, cleo]) {
      await openBundle(page, path);
      await page.getByRole('button', { name: 'Use it now' }).first().click();
      await page.getByText(/^This runs what was taught on/).waitFor();
    }
  });
  const { accuracy } = await marksOf(cleo.page);
  return {
    gatherS,
    learnS,
    handBackS,
    gatherBytes: bundles.reduce((sum, bytes) => sum + bytes, 0),
    handBackBytes,
    fileBytes: modelBytes(folder),
    aloneWrong: 1 - Math.max(...alone),
    togetherWrong: 1 - accuracy,
  };
}

async function use(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Use it now' }).first().click();
  await page.getByText('It runs here, in place of version 1.').waitFor();
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

/** The parent's file: what is taught from it has the same size. */
function modelBytes(folder: string): number {
  const name = readdirSync(folder).find(each => each.endsWith('.onnx'));
  if (!name) throw new Error(`no model in ${folder}`);
  return gzipSync(readFileSync(join(folder, name)), { level: 9 }).length;
}
