// Upsample and Resize of opset 10 as the Resize of today.
import { readString } from '../attributes.ts';
import type { GraphNode } from '../graph.ts';
import type { Rewriter } from './rewrite.ts';

/** Upsample-9 and Resize-10 take the same inputs and mean the same. */
export function upsampleToResize(node: GraphNode): void {
  node.op = 'Resize';
}

/**
 * Resize-10 reads at output position / scale. `nearest` cuts the position down where an axis grows, and up where it shrinks,
 * in ONNX Runtime (upsamplebase.h, ResizeNearestMode::SIMPLE); ONNX does not say.
 */
export function upgradeResize(node: GraphNode, rewriter: Rewriter): void {
  const [data, scales] = node.inputs as [string, string];
  const mode = readString(node, 'mode', 'nearest').replace('bilinear', 'linear');
  node.inputs = [data, '', scales];
  node.attributes = {
    ...node.attributes,
    mode: { string: mode },
    coordinate_transformation_mode: { string: 'asymmetric' },
    ...(mode === 'nearest' ? { nearest_mode: { string: rounding(rewriter, scales) } } : {}),
  };
}

function rounding(rewriter: Rewriter, name: string): 'floor' | 'ceil' {
  const scales = rewriter.known(name) ?? rewriter.fail('its scales are not known before it runs');
  const shrinks = scales.some(scale => scale < 1);
  if (shrinks && scales.some(scale => scale > 1)) rewriter.fail('it grows and shrinks at once');
  return shrinks ? 'ceil' : 'floor';
}
