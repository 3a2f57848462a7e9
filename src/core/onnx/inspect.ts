// What is in an ONNX file, for people and for the interface that is read from it.
import type { TensorSpec } from '../runtime/session.ts';

export interface ModelInspection {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** `Conv` → 2; operators of other domains as `com.microsoft.QLinearAdd`. */
  readonly operators: Readonly<Record<string, number>>;
  /** Elements of all weights. */
  readonly parameters: number;
  readonly bytes: number;
  /** Of the default domain. */
  readonly opset: number;
  readonly producer: string;
}
