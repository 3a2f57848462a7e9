import { describe, expect, it } from 'vitest';
import { saidClaims } from '../../../src/core/import/said-face.ts';
import { GraphBuilder } from '../../../src/core/onnx/build.ts';
import { describeModel } from '../../../src/core/onnx/description.ts';
import { inspectModel } from '../../../src/core/onnx/inspect.ts';
import { float32 } from '../../../src/core/tensor.ts';

/** Two classes of one grey pixel, with these labels in the file. */
function model(labels: readonly string[] | null) {
  const file = new GraphBuilder('grey')
    .input('x', 'FP32', [1, 1, 1, 1])
    .initializer('w', float32([1, 2], [1, -1]))
    .node('Flatten', ['x'], ['flat'])
    .node('MatMul', ['flat', 'w'], ['logits'])
    .node('Softmax', ['logits'], ['p'], { axis: { int: -1 } })
    .output('p', 'FP32', [1, 2])
    .build();
  return describeModel(file, { features: null, labels });
}

describe('what is said of a model', () => {
  const said = { labels: null, pixels: [0, 255] as const };
  const claimed = (file: ReturnType<typeof model>, of: Parameters<typeof saidClaims>[3] = said) =>
    saidClaims(file, inspectModel(file), null, of);

  it('leaves the labels that its file has where only its pixels are said', () => {
    const { labels, interface: face } = claimed(model(['dark', 'bright']));
    expect(labels).toEqual(['dark', 'bright']);
    expect(face).toMatchObject({
      inputs: [{ meaning: { kind: 'image', range: [0, 255] } }],
      decision: { kind: 'softmax', output: 'p' },
    });
  });

  it('wins over the labels of the file, which count for nothing where they do not fit', () => {
    expect(claimed(model(['dark', 'bright']), { ...said, labels: ['a', 'b'] }).labels).toEqual(['a', 'b']);
    expect(claimed(model(['one', 'of', 'three'])).labels).toBeNull();
  });

  it('is nothing where nobody says anything: the file is read', () => {
    expect(claimed(model(['dark', 'bright']), { labels: null, pixels: null })).toEqual({
      interface: null,
      labels: null,
    });
  });
});
