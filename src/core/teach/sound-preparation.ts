// Writes into a graph how a second of sound becomes its log-mel spectrogram (`log-mel.ts` says what that is), in operators
// that every runtime and the gradient engine have. The transform is a matrix product, and its matrix is computed in the graph:
// a runtime does that once, when it opens the file. Stored, it would be 750 kB; made int8 with the weights, quiet bands
// would be wrong by up to 0.5 beside loud ones; and training would take it for a layer. Constants have one dimension, for none
// of that to happen to them.
import { int64 } from '../onnx/infer/known.ts';
import { float32 } from '../tensor.ts';
import {
  bandOfBin,
  bands,
  bins,
  fftLength,
  firstBin,
  frameLength,
  frames,
  frameStep,
  leastPower,
} from './log-mel.ts';
import { soundLength } from './sound-windows.ts';
import type { StageWriter } from './stage-writer.ts';

/** FP32 [n, soundLength], mono at `soundRate`, full scale −1 to 1. */
export const soundInput = 'sound';

/** Samples that a frame and the step to the next are made of alike. */
const blockLength = 80;
const blocksOfStep = frameStep / blockLength;

/** @returns a value, FP32 [n, frames, bands] */
export function writeLogMel(writer: StageWriter): string {
  const spectrum = writer.op('MatMul', [writeFrames(writer), writeTransform(writer)]);
  const powers = writer.op('Mul', [spectrum, spectrum]);
  const triangles = writeTriangles(writer);
  // Squares of the cosines' part and of the sines' are added up as the bins of a band are.
  const both = writer.op('Concat', [triangles, triangles], { axis: { int: 0 } });
  const ofBands = writer.op('MatMul', [powers, both]);
  return writer.op('Log', [writer.op('Add', [ofBands, writer.number('least', leastPower)])]);
}

/** [n, frames, frameLength]: frame i is made of the blocks from 2 i on, five of them. */
function writeFrames(writer: StageWriter): string {
  const inBlocks = [0, soundLength / blockLength, blockLength];
  const blocks = writer.op('Reshape', [soundInput, writer.constant('blocks', int64(inBlocks))]);
  const parts = Array.from({ length: frameLength / blockLength }, (_, part) =>
    writer.slice(blocks, 1, part, part + (frames - 1) * blocksOfStep + 1, blocksOfStep),
  );
  return writer.op('Concat', parts, { axis: { int: 2 } });
}

// w(n) cos(2π k n / N) in the first columns, w(n) sin(2π k n / N) in the others: [frameLength, 2 · bins].
function writeTransform(writer: StageWriter): string {
  const turn = writer.number('turn', 2 * Math.PI);
  const times = column(writer, writer.range('times', 0, frameLength));
  const wave = writer.op('Cos', [
    writer.op('Mul', [times, writer.number('angle', (2 * Math.PI) / frameLength)]),
  ]);
  const half = writer.number('half', 0.5);
  const window = writer.op('Sub', [half, writer.op('Mul', [wave, half])]);
  const product = writer.op('Mul', [times, writer.range('bins', firstBin, bins)]);
  // Whole numbers over a power of two, and what is left of whole turns: fp32 holds them as they are.
  const turns = writer.op('Mul', [product, writer.number('share', 1 / fftLength)]);
  const angles = writer.op('Mul', [writer.op('Sub', [turns, writer.op('Floor', [turns])]), turn]);
  const waves = ['Cos', 'Sin'].map(op => writer.op('Mul', [writer.op(op, [angles]), window]));
  return writer.op('Concat', waves, { axis: { int: 1 } });
}

// max(0, 1 − |band of the bin − band|): [bins, bands].
function writeTriangles(writer: StageWriter): string {
  const places = column(writer, writer.constant('bandOfBin', float32([bins], bandOfBin)));
  const distances = writer.op('Abs', [writer.op('Sub', [places, writer.range('bands', 0, bands)])]);
  return writer.op('Relu', [writer.op('Sub', [writer.number('one', 1), distances])]);
}

function column(writer: StageWriter, row: string): string {
  return writer.op('Unsqueeze', [row, writer.axes(1)]);
}
