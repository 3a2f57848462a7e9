// SpaceToBatchND and BatchToSpaceND: around a convolution they are a dilation, and fold into it; alone they are rearrangements.
import type { NodeContext, Rule } from '../node-context.ts';
import { type Pads, type Pair, Value } from '../value.ts';

interface Blocks {
  readonly block: Pair;
  /** Pads or crops. */
  readonly margins: Pads;
}

/** Of height and width; what else there is is refused. */
function blocksOf(node: NodeContext): Blocks {
  const block = node.known(1);
  const margins = node.known(2);
  const isSpatial = node.input(0).rank === 4 && block.length === 2 && margins.length === 4;
  if (!isSpatial) return node.unsupported('it works on other axes than height and width');
  if (![...block, ...margins].every(size => size >= 0 && size < 2 ** 31) || block.includes(0)) {
    return node.fail(`blocks [${block.join(', ')}], margins [${margins.join(', ')}]`);
  }
  const [top, bottom, left, right] = margins as [number, number, number, number];
  return { block: block as unknown as Pair, margins: [top, left, bottom, right] };
}

/** [n, h, w, c] → [bh · bw · n, h / bh, w / bw, c] */
const spaceToBatch: Rule = node => {
  const x = node.input(0);
  const { block, margins } = blocksOf(node);
  const { writer } = node;
  const [n, h, w, c] = x.shape as [number, number, number, number];
  if (h < 0 || w < 0 || c < 0) return node.unsupported('height, width or channels are free');
  const [height, width] = [h + margins[0] + margins[2], w + margins[1] + margins[3]];
  const [rows, columns] = [height / block[0], width / block[1]];
  const zeros = [0, margins[0], margins[1], 0, 0, margins[2], margins[3], 0];
  const padded = node.op('Pad', [writer.plain(x), writer.ints(zeros)]);
  const cut = node.op('Reshape', [padded, writer.ints([-1, rows, block[0], columns, block[1], c])]);
  const turned = node.op('Transpose', [cut], { perm: { ints: [2, 4, 0, 1, 3, 5] } });
  const plain = node.op('Reshape', [turned, writer.ints([-1, rows, columns, c])]);
  const shape = [n < 0 ? -1 : n * block[0] * block[1], rows, columns, c];
  const origin = { kind: 'spaced', source: x, block, pads: margins } as const;
  return [new Value({ name: node.name, datatype: x.datatype, shape, plain, origin })];
};

const batchToSpace: Rule = node => {
  const x = node.input(0);
  const { block, margins } = blocksOf(node);
  const { origin } = x;
  if (origin?.kind === 'dilated' && origin.block.every((size, i) => size === block[i])) {
    return [cropped(node, origin.whole, margins)];
  }
  const { writer } = node;
  const [n, h, w, c] = x.shape as [number, number, number, number];
  if (h < 0 || w < 0 || c < 0) return node.unsupported('height, width or channels are free');
  const cut = node.op('Reshape', [writer.plain(x), writer.ints([block[0], block[1], -1, h, w, c])]);
  const turned = node.op('Transpose', [cut], { perm: { ints: [2, 3, 0, 4, 1, 5] } });
  const [height, width] = [h * block[0], w * block[1]];
  const whole = node.op('Reshape', [turned, writer.ints([-1, height, width, c])]);
  const batch = n < 0 ? -1 : n / (block[0] * block[1]);
  return [cropped(node, node.plain(x.datatype, [batch, height, width, c], whole), margins)];
};

function cropped(node: NodeContext, x: Value, [top, left, bottom, right]: Pads): Value {
  if (top + left + bottom + right === 0) return x;
  const { writer } = node;
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const cut = (size: number, margin: number) => (size < 0 ? -1 : size - margin);
  const shape = [n, cut(h, top + bottom), cut(w, left + right), c];
  const end = (margin: number) => (margin === 0 ? 2 ** 31 - 1 : -margin);
  const axes = x.isFirst ? [2, 3] : [1, 2];
  const inputs = [[top, left], [end(bottom), end(right)], axes].map(list => writer.ints(list));
  const name = node.op('Slice', [x.isFirst ? writer.first(x) : writer.plain(x), ...inputs]);
  return x.isFirst ? node.first(x.datatype, shape, name) : node.plain(x.datatype, shape, name);
}

export const batchSpaceRules: Readonly<Record<string, Rule>> = {
  BatchToSpaceND: batchToSpace,
  SpaceToBatchND: spaceToBatch,
};
