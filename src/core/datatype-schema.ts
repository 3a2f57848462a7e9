// Datatypes and shapes at a border: what documents and messages say of a tensor.
import { datatypes } from './datatype.ts';
import { z } from './zod.ts';

export const datatypeSchema = z.enum(datatypes);

/** Sizes of the dimensions, outermost first; −1 is a dimension of free size. */
export const shapeSchema = z.array(z.number().int().min(-1)).max(16);
