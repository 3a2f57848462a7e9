// Rotary position embeddings (Su et al., arXiv 2104.09864, eq. 34) in plain operators: pairs of a head's elements, turned by an
// angle that grows with the position. Angles come as tables of their cosines and sines.
import { readFloat, readInt } from '../../attributes.ts';
import type { GraphNode } from '../../graph.ts';
import type { Rewriter } from '../rewrite.ts';
import type { DecomposeRule } from './rule.ts';

interface Angles {
  /** [batch or 1, length, 1, pairs] or without the batch. */
  readonly cos: string;
  readonly sin: string;
  readonly pairs: number;
}

/** Elements of [batch, length, heads, size], those behind the pairs left as they are. */
function rotate(node: GraphNode, r: Rewriter, x: string, size: number, { cos, sin, pairs }: Angles): string {
  const rest = size - 2 * pairs;
  const [turning, still] = rest > 0 ? r.split(x, -1, [2 * pairs, rest]) : [x];
  const isInterleaved = readInt(node, 'interleaved', 0) === 1;
  const axis = { axis: { int: -1 } };
  const last = r.ints([-1]);
  const [a, b] = (
    isInterleaved
      ? [0, 1].map(at => r.op('Slice', [turning!, r.ints([at]), r.ints([2 * pairs]), last, r.ints([2])]))
      : r.split(turning!, -1, [pairs, pairs])
  ) as [string, string];
  const left = r.op('Sub', [r.op('Mul', [cos, a]), r.op('Mul', [sin, b])]);
  const right = r.op('Add', [r.op('Mul', [sin, a]), r.op('Mul', [cos, b])]);
  const turned = isInterleaved
    ? r.op('Reshape', [
        r.op('Concat', [r.op('Unsqueeze', [left, last]), r.op('Unsqueeze', [right, last])], axis),
        r.ints([0, 0, 0, -1]),
      ])
    : r.op('Concat', [left, right], axis);
  return still === undefined ? turned : r.op('Concat', [turned, still], axis);
}

interface Tables {
  readonly x: string;
  readonly cosTable: string;
  readonly sinTable: string;
  /** [batch, length]; one number is where the sequence starts; null: the tables are the angles, sample by sample. */
  readonly positions: string | null;
}

function positionsOf(r: Rewriter, x: string, positions: string, lengthAxis: number): string {
  if (r.rank(positions) !== 1) return positions;
  const shape = r.op('Shape', [x], { start: { int: lengthAxis }, end: { int: lengthAxis + 1 } });
  const length = r.op('Squeeze', [shape]);
  return r.op('Add', [r.op('Range', [r.int(0), length, r.int(1)]), positions]);
}

function embed(node: GraphNode, r: Rewriter, { x, cosTable, sinTable, positions }: Tables): void {
  const isSplit = (r.rank(x) ?? r.fail('the number of its dimensions is not known')) === 4;
  const pairs = r.size(cosTable, -1);
  const heads = readInt(node, 'num_heads', 0);
  const width = r.size(x, -1);
  const size = isSplit ? width : heads > 0 ? width / heads : 2 * pairs;
  const at = positions === null ? null : positionsOf(r, x, positions, isSplit ? 2 : 1);
  const angle = (table: string) =>
    r.op('Unsqueeze', [at === null ? table : r.op('Gather', [table, at]), r.ints([-2])]);
  const angles = { cos: angle(cosTable), sin: angle(sinTable), pairs };
  const [y] = node.outputs as [string];
  if (isSplit) {
    const swap = { perm: { ints: [0, 2, 1, 3] } };
    return r.opAs(y, 'Transpose', [rotate(node, r, r.op('Transpose', [x], swap), size, angles)], swap);
  }
  const inHeads = r.op('Reshape', [x, r.ints([0, 0, -1, size])]);
  r.opAs(y, 'Reshape', [rotate(node, r, inHeads, size, angles), r.ints([0, 0, -1])]);
}

/** RotaryEmbedding-23 */
const rotary: DecomposeRule = (node, r) => {
  const [x, cosTable, sinTable, positions = ''] = node.inputs as [string, string, string, string?];
  embed(node, r, { x, cosTable, sinTable, positions: positions === '' ? null : positions });
};

const microsoftRotary: DecomposeRule = (node, r) => {
  const [x, positions, cosTable, sinTable] = node.inputs as [string, string, string, string];
  if (readInt(node, 'is_packed_batching', 0)) r.fail('its batch is packed');
  if (readFloat(node, 'scale', 1) !== 1) r.fail('it scales its positions');
  embed(node, r, { x, cosTable, sinTable, positions });
};

export const rotaryRules: Readonly<Record<string, DecomposeRule>> = {
  RotaryEmbedding: rotary,
  'com.microsoft.RotaryEmbedding': microsoftRotary,
};
