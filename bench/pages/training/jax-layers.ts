// The layers of a net in jax-js. Every function takes its arguments over, as jax-js counts references: what is used once more
// is `ref`.
import { type Array as JaxArray, lax, nn, numpy as np } from '@jax-js/jax';
import type { Builder } from '../../nets/net.ts';
import { batchNorm, layerNormEpsilon } from '../../nets/trainer.ts';

/** @param followed takes the running statistics as they are after the step */
export function jaxLayers(
  weights: Readonly<Record<string, JaxArray>>,
  followed: Record<string, JaxArray>,
): Builder<JaxArray> {
  const weight = (name: string) => weights[name]!;
  const linear = (x: JaxArray, name: string) =>
    np.matmul(x, weight(`${name}.weight`)).add(weight(`${name}.bias`));
  const follow = (name: string, batch: JaxArray) => {
    const { momentum } = batchNorm;
    followed[name] = lax.stopGradient(
      weight(name)
        .mul(momentum)
        .add(batch.mul(1 - momentum)),
    );
  };
  const conv = (x: JaxArray, name: string, kernel: number, stride: number, groups: number) => {
    const half = Math.floor(kernel / 2);
    const pads: [number, number][] = [
      [half, half],
      [half, half],
    ];
    return lax.convGeneralDilated(x, weight(`${name}.weight`), [stride, stride], pads, {
      featureGroupCount: groups,
    });
  };
  /** One number a channel, along the channels. */
  const channels = (x: JaxArray) => x.reshape([1, -1, 1, 1]);

  return {
    share: x => x.ref,
    dense: (x, { name, image }) => linear(image ? x.reshape([x.shape[0]!, -1]) : x, name),
    conv(x, { name, kernel, stride, bias }) {
      const y = conv(x, name, kernel, stride, 1);
      return bias === 'bias' ? y.add(channels(weight(`${name}.bias`))) : y;
    },
    depthwise: (x, layer) => conv(x, layer.name, layer.kernel, layer.stride, layer.channels),
    batchNorm(x, { name }) {
      const mean = np.mean(x.ref, [0, 2, 3], { keepdims: true });
      const distance = x.sub(mean.ref);
      const variance = np.mean(np.square(distance.ref), [0, 2, 3], { keepdims: true });
      follow(`${name}.mean`, mean.reshape([-1]));
      follow(`${name}.variance`, variance.ref.reshape([-1]));
      const normal = distance.div(np.sqrt(variance.add(batchNorm.epsilon)));
      return normal.mul(channels(weight(`${name}.scale`))).add(channels(weight(`${name}.bias`)));
    },
    relu: x => nn.relu(x),
    relu6: x => nn.relu6(x),
    maxPool: x => lax.reduceWindow(x, np.max, [2, 2], [2, 2]),
    globalAveragePool: x => np.mean(x, [2, 3]),
    add: (a, b) => a.add(b),
    embedding: (x, { name }) => np.take(weight(`${name}.tokens`), x, 0).add(weight(`${name}.places`)),
    layerNorm(x, { name }) {
      const normal = nn.standardize(x, -1, { epsilon: layerNormEpsilon });
      return normal.mul(weight(`${name}.scale`)).add(weight(`${name}.bias`));
    },
    attention(x, { name, places, width, heads }) {
      const split = (from: JaxArray, part: string) =>
        linear(from, `${name}.${part}`).reshape([-1, places, heads, width / heads]);
      const [query, key, value] = [split(x.ref, 'query'), split(x.ref, 'key'), split(x, 'value')];
      return linear(nn.dotProductAttention(query, key, value).reshape([-1, places, width]), `${name}.out`);
    },
    gru(x, { name, steps, inputs, hidden }) {
      const [batch] = x.shape as [number];
      const bias = weight(`${name}.bias`);
      const input = weight(`${name}.input`);
      const recurrent = np.transpose(weight(`${name}.recurrent`));
      const forState = bias.ref.slice([3 * hidden]);
      const products = np
        .matmul(x.reshape([-1, inputs]), np.transpose(input))
        .add(bias.slice([0, 3 * hidden]))
        .reshape([batch, steps, 3 * hidden]);
      const gate = (gates: JaxArray, i: number) => gates.ref.slice([], [i * hidden, (i + 1) * hidden]);
      let h = np.zeros([batch, hidden]);
      for (let step = 0; step < steps; step++) {
        const ofInput = products.ref.slice([], step);
        const ofState = np.matmul(h.ref, recurrent.ref).add(forState.ref);
        const z = nn.sigmoid(gate(ofInput, 0).add(gate(ofState, 0)));
        const r = nn.sigmoid(gate(ofInput, 1).add(gate(ofState, 1)));
        const candidate = np.tanh(gate(ofInput, 2).add(r.mul(gate(ofState, 2))));
        ofInput.dispose();
        ofState.dispose();
        h = candidate.ref.add(z.mul(h.sub(candidate)));
      }
      for (const used of [products, recurrent, forState]) used.dispose();
      return h;
    },
  };
}
