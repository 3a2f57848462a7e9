// The Open Inference Protocol's datatypes (and Triton's BF16): how every room names what a tensor holds.
import { z } from './zod.ts';

export const datatypeSchema = z.enum([
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'BF16',
  'FP32',
  'FP64',
  'BYTES',
]);
export type Datatype = z.infer<typeof datatypeSchema>;

/** Sizes of the dimensions, outermost first; −1 is a dimension of free size. */
export const shapeSchema = z.array(z.number().int().min(-1)).max(16);
