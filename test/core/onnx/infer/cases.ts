// At least one node of every operator that has a shape rule and a kernel in ONNX Runtime's CPU provider.
import type { SingleNode } from '../single-node.ts';
import { attentionCases } from './cases/attention.ts';
import { classicCases } from './cases/classic.ts';
import { controlFlowCases } from './cases/control-flow.ts';
import { convolutionCases } from './cases/convolution.ts';
import { elementwiseCases } from './cases/elementwise.ts';
import { gatherCases } from './cases/gather.ts';
import { matmulCases } from './cases/matmul.ts';
import { normalizationCases } from './cases/normalization.ts';
import { quantizationCases } from './cases/quantization.ts';
import { recurrentCases } from './cases/recurrent.ts';
import { reduceCases } from './cases/reduce.ts';
import { shapeCases } from './cases/shape.ts';
import { signalCases } from './cases/signal.ts';

export const inferCases: readonly SingleNode[] = [
  ...elementwiseCases,
  ...reduceCases,
  ...matmulCases,
  ...convolutionCases,
  ...normalizationCases,
  ...shapeCases,
  ...gatherCases,
  ...recurrentCases,
  ...quantizationCases,
  ...attentionCases,
  ...classicCases,
  ...controlFlowCases,
  ...signalCases,
];
