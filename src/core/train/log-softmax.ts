// LogSoftmax in operators that every provider has: ONNX Runtime's WebGPU provider (1.30) has none of it, and the one node
// that it would leave to the CPU costs a copy there and back in the middle of each step, and forbids graph capture.
import { operatorOf } from '../onnx/graph.ts';
import type { Tape } from './gradient/tape.ts';

/**
 * In a graph that is complete: the gradient of what this writes would be longer than LogSoftmax's own.
 * Of the working opset, where the axis is one axis.
 */
export function spellOutLogSoftmax(tape: Tape): void {
  const nodes = tape.graph.nodes.filter(node => operatorOf(node) === 'LogSoftmax');
  for (const node of nodes) {
    const [x] = node.inputs as [string];
    const { axis } = node.attributes;
    const at = axis && 'int' in axis ? axis.int : -1;
    tape.replace(node, [logSoftmax(tape, x, at < 0 ? at + tape.shape(x).length : at)]);
  }
  if (nodes.length > 0) tape.graph.sort();
}

// ln softmax(x)_c = s_c − ln Σ e^s,  s = x − max x, so that no power overflows
function logSoftmax(tape: Tape, x: string, axis: number): string {
  const shifted = tape.sub(x, tape.max(x, [axis]));
  const sum = tape.sum(tape.op('Exp', [shifted]), [axis]);
  return tape.sub(shifted, tape.op('Log', [sum]));
}
