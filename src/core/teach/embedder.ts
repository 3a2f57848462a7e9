// What turns a photo, a sound or a row of numbers into an embedding: the beginning of a model of the library, up to a point.
import type { Bytes, Digest } from '../artifact/digest.ts';

/** A place in a model where what it saw is summed up in a vector. */
export interface EmbeddingPoint {
  /** Name of the value in the graph. */
  readonly value: string;
  /** Numbers of one sample's embedding, after pooling. */
  readonly width: number;
  /** Whether the mean over its places is still to be taken: [n, c, h, w] → [n, c]. */
  readonly pools: boolean;
  /** How much of the model's weights (bytes) lies before it, 0 to 1. */
  readonly share: number;
}

/** What the pixels of a photo, or of a sound's spectrogram, are brought to before the model sees them. */
export interface PhotoPreparation {
  readonly height: number;
  readonly width: number;
  readonly layout: 'NCHW' | 'NHWC';
  /** 1: by luma (ITU-R BT.601). */
  readonly channels: 1 | 3;
  /** (byte / 255 − mean) / deviation, one a channel. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** An ONNX file with the preparation inside. */
export interface Embedder {
  /**
   * Input `photo` UINT8 [n, height, width, 3] of any size, `sound` FP32 [n, 16000], or `row` FP32 [n, columns]; output `embedding` FP32 [n, width]. What a
   * model prepares itself it calls as it does.
   */
  readonly model: Bytes;
  readonly width: number;
  /** SHA-256 of `model`: embeddings are kept under it. */
  readonly digest: Digest;
}
