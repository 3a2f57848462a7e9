// `update-bytes`: what a new version of a model weighs on the line for who has the one before, beside a full download, beside
// FastCDC's chunks and beside `zstd --patch-from`. Real weights, in Node; no browser, and nothing is timed.
import { frameBytes, openFrame } from '../src/core/artifact/chunk-frames.ts';
import { chunkFile, joinFile } from '../src/core/artifact/chunks.ts';
import type { Bytes } from '../src/core/artifact/digest.ts';
import { tensorLayout } from '../src/core/onnx/layout.ts';
import { readModel } from '../src/core/onnx/read.ts';
import { writeModel } from '../src/core/onnx/write.ts';
import { castWeights } from '../src/core/passes/cast-weights.ts';
import { quantizeBlocks } from '../src/core/passes/quantize-blocks.ts';
import { quantizeWeights } from '../src/core/passes/quantize-weights.ts';
import { PinnedScales } from '../src/core/passes/scales.ts';
import { tensorChanges } from '../server/cli/tensor-changes.ts';
import { updateFrames } from '../server/cli/update-frames.ts';
import type { Setting } from './catalogue.ts';
import { compared, limited, type Row } from './harness.ts';
import { fastCdcBytes } from './updates/fast-cdc.ts';
import { tunedDigits, type TunedModel, tunedRecogniser } from './updates/tuned-models.ts';
import { zstdPatchBytes, zstdVersion } from './updates/zstd-patch.ts';

const models = { digits: tunedDigits, recogniser: tunedRecogniser } as const;
type ModelName = keyof typeof models;
export const updateModels: readonly string[] = Object.keys(models);

interface Update {
  readonly what: string;
  readonly from: Bytes;
  readonly to: Bytes;
  /** Of the file, on the line, at most; null: nothing is asked. */
  readonly maxShare: number | null;
  /** Whether `zstd --patch-from` is to be beaten. */
  readonly beatsZstd: boolean;
}

export async function updateBytesBench({ root, tell, only, length }: Setting): Promise<Row[]> {
  const zstd = zstdVersion();
  if (zstd === null) tell('there is no `zstd` here: its rows are LEFT OUT (Debian: apt-get install zstd)');
  const rows: Row[] = [];
  for (const name of Object.keys(models) as ModelName[]) {
    if (only === null ? length === 'short' && name !== 'digits' : only !== name) continue;
    const model = await models[name](root, tell);
    for (const update of updatesOf(model)) {
      tell(`${name}: ${update.what}`);
      rows.push(...(await rowsOf(name, update, zstd)));
    }
  }
  return rows;
}

function updatesOf({ parent, tuned }: TunedModel): Update[] {
  const int8 = quantizeWeights(parent, { perChannel: true });
  const int4 = quantizeBlocks(parent);
  const [scales8, scales4] = [new PinnedScales(int8, 'int8'), new PinnedScales(int4, 'int4')];
  const pinned8 = { perChannel: true, scales: scales8.choose, rounding: scales8.rounding };
  const plain = { maxShare: null, beatsZstd: false };
  return [
    { ...plain, what: 'head, fp32', from: parent, to: tuned.head, maxShare: 0.02 },
    { ...plain, what: 'all weights, fp32', from: parent, to: tuned.all },
    { ...plain, what: 'all weights, fp16', from: castWeights(parent), to: castWeights(tuned.all) },
    {
      what: 'all weights, int8',
      from: int8,
      to: quantizeWeights(tuned.all, pinned8),
      maxShare: 0.3,
      beatsZstd: true,
    },
    {
      what: 'all weights, int4',
      from: int4,
      to: quantizeBlocks(tuned.all, scales4.choose, scales4.rounding),
      maxShare: 0.1,
      beatsZstd: true,
    },
    { ...plain, what: 'low-rank changes beside the weights', from: parent, to: tuned.lora },
    { ...plain, what: 'other names, the same weights', from: parent, to: renamed(parent) },
  ];
}

async function rowsOf(
  model: string,
  { what, from, to, maxShare, beatsZstd }: Update,
  zstd: string | null,
): Promise<Row[]> {
  const ours = [await carriedBytes(from, to)];
  const row = { case: `${model}: ${what}`, metric: 'bytes on the line' };
  const share = { case: row.case, metric: 'share of the file', limitName: 'limit' };
  return [
    ...(maxShare === null
      ? []
      : [{ ...limited({ ...share, limit: maxShare }, [ours[0]! / to.length]), note: movedShare(from, to) }]),
    compared({ ...row, peer: 'the file', goal: null }, ours, [to.length]),
    compared({ ...row, peer: 'FastCDC 64 KiB, gzip', goal: 1 }, ours, [fastCdcBytes(from, to)]),
    ...(zstd === null
      ? []
      : [
          compared({ ...row, peer: `zstd ${zstd} --patch-from`, goal: beatsZstd ? 1 : null }, ours, [
            await zstdPatchBytes(from, to),
          ]),
        ]),
  ];
}

/** How much of a file is in weights that moved: nothing less than their difference can be sent. */
function movedShare(from: Bytes, to: Bytes): string {
  const moved = tensorChanges(from, to).filter(({ change }) => change !== 'same');
  const bytes = moved.reduce((sum, tensor) => sum + tensor.bytes, 0);
  return `${((100 * bytes) / to.length).toFixed(1)} % of it are weights that moved`;
}

/** Of the frames that make `to` out of `from`; and they do. */
async function carriedBytes(from: Bytes, to: Bytes): Promise<number> {
  const chunks = new Map((await chunkFile(from, tensorLayout(from))).chunks);
  const { ref } = await chunkFile(to, tensorLayout(to));
  const readBase = (digest: string) => Promise.resolve(chunks.get(digest) ?? null);
  let bytes = 0;
  for await (const frame of updateFrames(from, to)) {
    bytes += frameBytes(frame);
    const wanted = ref.chunks.find(({ digest }) => digest === frame.digest)!;
    chunks.set(frame.digest, await openFrame(frame, wanted, readBase));
  }
  const joined = await joinFile(ref, chunk => Promise.resolve(chunks.get(chunk.digest)!));
  if (!Buffer.from(joined).equals(to)) throw new Error('the frames do not make the file');
  return bytes;
}

/** As another run of an exporter may name what is inside. */
function renamed(file: Bytes): Bytes {
  const model = readModel(file);
  const graph = model.graph!;
  const outside = new Set([...graph.input, ...graph.output].map(({ name }) => name));
  const rename = (name: string) => (name === '' || outside.has(name) ? name : `again/${name}`);
  for (const tensor of graph.initializer) tensor.name = rename(tensor.name);
  for (const value of graph.valueInfo) value.name = rename(value.name);
  for (const node of graph.node) {
    node.name = rename(node.name);
    node.input = node.input.map(rename);
    node.output = node.output.map(rename);
  }
  return writeModel(model);
}
