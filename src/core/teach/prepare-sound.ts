// Writes into a graph how a sound is brought to an image model's input: its log-mel spectrogram as a picture, low tones first,
// resized, the same in each colour.
import type { Graph, ValueSpec } from '../onnx/graph.ts';
import { int64 } from '../onnx/infer/known.ts';
import type { PhotoPreparation } from './embedder.ts';
import { bands, frames, pictureRange } from './log-mel.ts';
import { soundInput, writeLogMel } from './sound-preparation.ts';
import { soundLength } from './sound-windows.ts';
import { StageWriter, writeBefore } from './stage-writer.ts';

/**
 * As `preparePhoto`; the graph is fed `sound`.
 * @param input of that graph, in the preparation's layout and size
 */
export function prepareSound(graph: Graph, input: ValueSpec, preparation: PhotoPreparation): void {
  const writer = new StageWriter(graph, soundInput);
  writeBefore(graph, () => {
    const picture = writer.op('Transpose', [writePicture(writer)], { perm: { ints: [0, 2, 1] } });
    const plane = writer.op('Unsqueeze', [picture, writer.axes(1)]);
    const from = { rows: size(writer, 'rows', bands), columns: size(writer, 'columns', frames) };
    const resized = writer.resized(plane, from, preparation);
    const planes = Array.from({ length: preparation.channels }, () => resized);
    writer.feed(
      input,
      planes.length > 1 ? writer.op('Concat', planes, { axis: { int: 1 } }) : resized,
      preparation,
    );
  });
  graph.inputs = [soundSpec];
  graph.claim(soundInput);
}

/** What a graph is fed that hears. */
export const soundSpec: ValueSpec = { name: soundInput, datatype: 'FP32', shape: [-1, soundLength] };

/** [n, frames, bands], 0 to 255. */
function writePicture(writer: StageWriter): string {
  const [black, white] = pictureRange;
  const factor = 255 / (white - black);
  const scaled = writer.op('Mul', [writeLogMel(writer), writer.number('factor', factor)]);
  const moved = writer.op('Sub', [scaled, writer.number('offset', black * factor)]);
  return writer.op('Clip', [moved, writer.number('black', 0), writer.number('white', 255)]);
}

function size(writer: StageWriter, stem: string, value: number): string {
  return writer.constant(stem, int64([value]));
}
