// Attributes of a node, short to write.
import type { AttributeValue } from '../../../src/core/onnx/build.ts';

export const int = (value: number): AttributeValue => ({ int: value });
export const many = (...values: number[]): AttributeValue => ({ ints: values });
export const float = (value: number): AttributeValue => ({ float: value });
export const text = (value: string): AttributeValue => ({ string: value });
