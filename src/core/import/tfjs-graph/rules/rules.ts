// Operator of TensorFlow → what is written in its place.
import type { Rule } from '../node-context.ts';
import { arrangeRules } from './arrange.ts';
import { batchSpaceRules } from './batch-space.ts';
import { convolutionRules } from './convolution.ts';
import { elementwiseRules } from './elementwise.ts';
import { gatherRules } from './gather.ts';
import { listRules } from './lists.ts';
import { matmulRules } from './matmul.ts';
import { poolingRules } from './pooling.ts';
import { reduceRules } from './reduce.ts';
import { resizeRules } from './resize.ts';
import { shapeRules } from './shape.ts';
import { sliceRules } from './slice.ts';

const families = [
  arrangeRules,
  batchSpaceRules,
  convolutionRules,
  elementwiseRules,
  gatherRules,
  listRules,
  matmulRules,
  poolingRules,
  reduceRules,
  resizeRules,
  shapeRules,
  sliceRules,
];

export const rules: ReadonlyMap<string, Rule> = new Map(families.flatMap(family => Object.entries(family)));

/** They hand on their input as it is. */
export const transparent: ReadonlySet<string> = new Set([
  'CheckNumerics',
  'Identity',
  'PreventGradient',
  'Snapshot',
  'StopGradient',
]);
