import { describe, expect, it } from 'vitest';
import { openNodeSession } from '../../../../server/inference/session.ts';
import type { Session } from '../../../../src/core/runtime/session.ts';
import { gradient } from '../../../../src/core/train/gradient/gradient.ts';
import { Tape } from '../../../../src/core/train/gradient/tape.ts';
import { parametersOf } from '../../../../src/core/train/parameters.ts';
import { trainableGraph } from '../../../../src/core/train/trainable-graph.ts';
import { elements, float32, type Tensor, type TensorMap } from '../../../../src/core/tensor.ts';
import { realModels } from '../../onnx/real-models.ts';
import { floats } from '../../onnx/single-node.ts';

/** Every weight fed, a weighted sum of the output for a loss, and the gradient of every weight an output. */
function gradientGraph(file: Uint8Array<ArrayBuffer>, inputShape: readonly number[]) {
  const graph = trainableGraph(file);
  const [input, output] = [graph.inputs[0]!.name, graph.outputs[0]!.name];
  const feeds: Record<string, Tensor> = { [input]: floats(...inputShape) };
  const names = parametersOf(graph).map(({ name }) => name);
  for (const name of names) {
    const weight = graph.initializers.get(name)!;
    feeds[name] = weight;
    graph.initializers.delete(name);
    graph.inputs.push({ name, datatype: weight.datatype, shape: [...weight.shape] });
  }
  const tape = Tape.over(graph, { [input]: inputShape });
  const { shape } = tape.type(output);
  const weights = Array.from({ length: elements(shape) }, (_, i) => Math.sin(i * 12.9898));
  const scores = tape.mul(output, tape.numbers(shape, weights));
  const loss = tape.op('ReduceSum', [scores], { keepdims: { int: 0 } });
  const grads = gradient(tape, { loss, wrt: names });
  names.forEach((name, i) => graph.add('Identity', [grads.get(name)!], [`grad${i}`]));
  graph.outputs = [
    { name: loss, datatype: 'FP32', shape: [] },
    ...names.map((name, i) => ({
      name: `grad${i}`,
      datatype: 'FP32' as const,
      shape: [...tape.shape(name)],
    })),
  ];
  return { file: graph.toBytes(), names, feeds, loss };
}

/** (L(w + ε d) − L(w − ε d)) / 2ε along d = g / ‖g‖: ‖g‖, where the gradient is right. */
async function slopeAlong(
  session: Session,
  feeds: TensorMap,
  { name, loss, grad, step }: { name: string; loss: string; grad: Float32Array; step: number },
): Promise<number> {
  const weight = feeds[name]!;
  const at = async (far: number) => {
    const moved = Float32Array.from(weight.data as Float32Array, (value, i) => value + far * grad[i]!);
    const answer = await session.run({ ...feeds, [name]: float32([...weight.shape], moved) });
    return (answer[loss]!.data as Float32Array)[0]!;
  };
  return ((await at(step)) - (await at(-step))) / (2 * step);
}

const cases = [
  ['classifier', 'ch_ppocr_mobile_v2.0_cls_infer.onnx', [2, 3, 48, 64], 100],
  ['recogniser', 'ch_PP-OCRv4_rec_infer.onnx', [1, 3, 48, 64], 200],
] as const;

describe.each(cases)('the text %s, which nobody here made', (_, file, shape, fewest) => {
  it('has a gradient for every weight, finite, and the slope of the loss', async () => {
    const model = realModels.find(({ name }) => name.endsWith(file))!;
    const graph = gradientGraph(model.read(), shape);
    expect(graph.names.length).toBeGreaterThan(fewest);
    const session = await openNodeSession(graph.file);
    try {
      const answer = await session.run(graph.feeds);
      const grads = graph.names.map((_, i) => answer[`grad${i}`]!.data as Float32Array);
      const broken = graph.names.filter((_, i) => !grads[i]!.every(Number.isFinite));
      expect(broken).toEqual([]);
      const norms = grads.map(grad => Math.sqrt(grad.reduce((sum, value) => sum + value * value, 0)));
      // The first, the last and three in between of those whose slope single precision can tell.
      const seen = graph.names.map((_, i) => i).filter(i => norms[i]! > 0.02 * Math.max(...norms));
      for (const share of [0, 0.25, 0.5, 0.75, 0.999]) {
        const i = seen[Math.floor(share * seen.length)]!;
        const name = graph.names[i]!;
        const unit = grads[i]!.map(value => value / norms[i]!);
        const slope = await slopeAlong(session, graph.feeds, {
          name,
          loss: graph.loss,
          grad: unit,
          step: Math.min(2e-3, 5e-3 / norms[i]!),
        });
        expect(Math.abs(slope / norms[i]! - 1), `${name}: slope ${slope}, gradient ${norms[i]}`).toBeLessThan(
          0.03,
        );
      }
    } finally {
      await session.dispose();
    }
  });
});
