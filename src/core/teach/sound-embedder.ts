// An embedding of a sound without any model: what its log-mel spectrogram comes to over the second. All figures but the level
// stay as they are where it is louder, and nearly so wherever in the second it is.
import { sha256 } from '../artifact/digest.ts';
import { Graph } from '../onnx/graph.ts';
import { int64 } from '../onnx/infer/known.ts';
import type { Embedder } from './embedder.ts';
import { bands, frames } from './log-mel.ts';
import { embeddingOutput } from './make-embedder.ts';
import { soundSpec } from './prepare-sound.ts';
import { soundInput, writeLogMel } from './sound-preparation.ts';
import { StageWriter } from './stage-writer.ts';

/** Loudness is followed in wider bands: how it comes and goes, and how it moves from one to the next. */
const [waveBands, glideBands] = [8, 16] as const;
/** A band's loudness as waves of 1 to so many a second: the rhythm of speech and of most that moves lies there. */
const waves = 12;
/** Of what changes less, as silence does, it is not to count how. */
const [leastWave, leastGlide] = [0.05, 0.1] as const;
/** In frames: what is louder one band higher after 60 ms has gone up. */
const glideFrames = 6;

const width = 1 + 2 * bands + waveBands * waves + glideBands - 1;

/** The same bytes wherever it is made. Which figures: measured (docs/teaching-by-showing.md, Sounds). */
export async function makeSoundEmbedder(): Promise<Embedder> {
  const graph = new Graph();
  graph.name = 'embedder';
  graph.inputs = [soundSpec];
  graph.claim(soundInput);
  const figures = new Figures(new StageWriter(graph, soundInput)).all();
  graph.add('Concat', figures, [embeddingOutput], { attributes: { axis: { int: 1 } } });
  graph.outputs = [{ name: embeddingOutput, datatype: 'FP32', shape: [-1, width] }];
  const model = graph.toBytes();
  return { model, width, digest: await sha256(model) };
}

class Figures {
  readonly #writer: StageWriter;

  constructor(writer: StageWriter) {
    this.#writer = writer;
  }

  /** Values, each FP32 [n, figures]. */
  all(): string[] {
    const heard = writeLogMel(this.#writer);
    const [level, ofBands] = [this.#mean(heard, 1, 2), this.#mean(heard, 1)];
    const off = this.#op('Sub', heard, ofBands);
    const shape = this.#op('Sub', ofBands, level);
    const deviation = this.#op('Sqrt', this.#mean(this.#op('Mul', off, off), 1));
    return [level, shape, deviation, this.#waves(off), this.#glides(off)].map(figures =>
      this.#writer.op('Flatten', [figures], { axis: { int: 1 } }),
    );
  }

  /**
   * log(0.05 + |Σ x(t) e^(−2πi kt / frames)| / frames), k from 1: the modulation spectrum (S. Greenberg and B. Kingsbury, "The
   * modulation spectrogram", ICASSP 1997). [n, waveBands, waves]
   */
  #waves(off: string): string {
    const writer = this.#writer;
    const rows = writer.op('Transpose', [this.#inBands(off, waveBands)], { perm: { ints: [0, 2, 1] } });
    const times = writer.op('Unsqueeze', [writer.range('frames', 0, frames), writer.axes(1)]);
    const turns = this.#op('Mul', times, writer.range('waves', 1, waves));
    const angles = this.#op('Mul', turns, writer.number('turn', (2 * Math.PI) / frames));
    const squares = ['Cos', 'Sin'].map(name => {
      const part = this.#op('MatMul', rows, writer.op(name, [angles]));
      return this.#op('Mul', part, part);
    });
    const sizes = this.#op('Sqrt', this.#op('Add', squares[0]!, squares[1]!));
    const share = this.#op('Div', sizes, writer.number('count', frames));
    return this.#op('Log', this.#op('Add', share, writer.number('leastWave', leastWave)));
  }

  /**
   * The mean of x(t, b) x(t + 6, b + 1) − x(t, b + 1) x(t + 6, b), over how large such products are: about 1 to −1, above zero
   * where loudness moves up a band, as when a tone rises. A mean over time alone would not tell rising from falling.
   * [n, 1, glideBands − 1]
   */
  #glides(off: string): string {
    const x = this.#inBands(off, glideBands);
    const part = (time: number, band: number) => {
      const inTime = this.#writer.slice(x, 1, time, frames - glideFrames + time);
      return this.#writer.slice(inTime, 2, band, glideBands - 1 + band);
    };
    const up = [part(0, 0), part(glideFrames, 1)] as const;
    const down = [part(0, 1), part(glideFrames, 0)] as const;
    const moved = this.#mean(this.#op('Sub', this.#op('Mul', ...up), this.#op('Mul', ...down)), 1);
    const [upwards, downwards] = [up, down].map(([a, b]) => {
      const squares = this.#op('Add', this.#op('Mul', a, a), this.#op('Mul', b, b));
      return this.#mean(squares, 1);
    });
    const size = this.#op('Sqrt', this.#op('Mul', upwards!, downwards!));
    return this.#op('Div', moved, this.#op('Add', size, this.#writer.number('leastGlide', leastGlide)));
  }

  /** Means over as many neighbours as it takes: [n, frames, count]. */
  #inBands(x: string, count: number): string {
    const shape = this.#writer.constant('wide', int64([0, frames, count, bands / count]));
    return this.#writer.op('ReduceMean', [this.#op('Reshape', x, shape), this.#writer.axes(3)], {
      keepdims: { int: 0 },
    });
  }

  #mean(x: string, ...axes: number[]): string {
    return this.#writer.op('ReduceMean', [x, this.#writer.axes(...axes)], { keepdims: { int: 1 } });
  }

  #op(name: string, ...inputs: string[]): string {
    return this.#writer.op(name, inputs);
  }
}
