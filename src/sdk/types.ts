// What goes into a prediction and comes out of it, as the public types say it. Pictures are named by their shape and not by the
// DOM's types, so that the types hold in Node as well.
import type { Datatype } from '../core/datatype.ts';
import type { AnsweredBy } from '../core/protocol/answered-by.ts';
import type { Tensor, TensorData } from '../core/tensor.ts';

export type Value = number | bigint | string | boolean;
/** Values in arrays, nested as the tensor is, or flat. */
export type Values = readonly (Value | Values)[];

/** A tensor by its data and shape; the datatype is the model's where none is said. */
export interface ShapedData {
  readonly data: TensorData | readonly Value[];
  readonly shape: readonly number[];
  readonly datatype?: Datatype;
}

/** `ImageData`, or what is like it: RGBA, row-major. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}
/** `HTMLCanvasElement`, `OffscreenCanvas`. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): unknown;
}
/** An encoded picture (PNG, JPEG, …): `Blob`, `File`. */
export interface EncodedPicture {
  readonly type: string;
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}
export type Picture = Pixels | Canvas | EncodedPicture;

/** A drawing by its strokes, for models that were made for such (their interface says `cell-counts`). */
export interface Drawing {
  readonly strokes: readonly (readonly { readonly x: number; readonly y: number }[])[];
}

/** What one input of a model may be given as. */
export type InputValue = Value | Values | Exclude<TensorData, string[]> | ShapedData | Picture | Drawing;

/** One row by the names of its features, or by the names of the model's inputs. */
export interface NamedValues {
  readonly [name: string]: InputValue;
}

/** All that `predict` takes. */
export type ModelInput = InputValue | NamedValues | readonly NamedValues[];

/** What a program knows of a model: the second and third type parameter of an answer follow from it. */
export interface ModelTypes {
  readonly input: unknown;
  readonly outputs: object;
}
export interface AnyModel {
  readonly input: ModelInput;
  readonly outputs: Readonly<Record<string, TensorData>>;
}
/** Models by name, for `new HaversackClient<MyModels>(…)`. */
export type AnyModels = Readonly<Record<string, AnyModel>>;

/** What was decided for one row, as the model's interface says. */
export interface DecidedRow {
  /** Null where the decision names no class. */
  readonly label: string | null;
  /** Of the answered class; null where the model gives none. */
  readonly probability: number | null;
  /** Of all classes, in the order of `labels`. */
  readonly probabilities: readonly number[] | null;
  /** False where the interface says to answer "not sure"; `label` is then the best guess. */
  readonly sure: boolean;
}

export interface Answer<Outputs extends object = AnyModel['outputs']> {
  readonly model: string;
  /** Which version answered, whatever alias was asked; null where the server has none. */
  readonly version: string | null;
  /** By name: datatype, shape and a typed array (BYTES: strings; BOOL: 0 and 1; FP16 and BF16: the bits). */
  readonly outputs: { readonly [Name in keyof Outputs]: Tensor & { readonly data: Outputs[Name] } };
  /** One a row; empty where the server decides nothing. */
  readonly rows: readonly DecidedRow[];
  /** Null where the server does not say: one of another kind. */
  readonly answeredBy: AnsweredBy | null;
}

export interface PredictOptions {
  /** Ends the prediction; what is on its way is dropped. */
  readonly signal?: AbortSignal;
  /** From call to answer, tries included, in ms; else the client's. */
  readonly timeoutMs?: number;
  /** Only these outputs; else all. */
  readonly outputs?: readonly string[];
}

export type CallOptions = Pick<PredictOptions, 'signal' | 'timeoutMs'>;
