// The peer jax-js, on WASM or WebGPU: the whole step (loss, gradients, Adam) traced once and compiled by `jit`.
import './cores.ts';
import './memory.ts';
import {
  type Array as JaxArray,
  defaultDevice,
  init,
  jit,
  nn,
  numpy as np,
  tree,
  valueAndGrad,
} from '@jax-js/jax';
import { build, type Net } from '../../nets/net.ts';
import { adam, type Trainer } from '../../nets/trainer.ts';
import { batchOf, type Weight, weightsOf } from '../../nets/weights.ts';
import { jaxLayers } from './jax-layers.ts';
import { serveTrainer } from './side.ts';

// A `type`: jax-js knows its trees by their index signatures.
type Arrays = { [name: string]: JaxArray };
type State = { trained: Arrays; moving: Arrays; first: Arrays; second: Arrays };

serveTrainer(async (net, backend) => {
  const device = backend === 'webgpu' ? 'webgpu' : 'wasm';
  const there = await init(device);
  if (!there.includes(device)) throw new Error(`jax-js has no ${device} here.`);
  defaultDevice(device);
  return trainerOf(net);
});

function trainerOf(net: Net): Trainer {
  const weights = weightsOf(net);
  const batch = batchOf(net);
  const dtype = net.input.tokens === undefined ? np.float32 : np.int32;
  const step = jit(stepOf(net));
  let state: State | null = null;
  let taken = 0;
  return {
    reset() {
      tree.dispose(state);
      state = firstState(weights);
      taken = 0;
      return Promise.resolve();
    },
    async step() {
      taken++;
      const corrections = np.array([1 / (1 - adam.beta1 ** taken), 1 / (1 - adam.beta2 ** taken)]);
      const input = np.array(batch.input, { shape: [...batch.shape], dtype });
      const labels = np.array(batch.labels, { shape: [...batch.labelShape], dtype: np.int32 });
      const [next, loss] = step(state!, corrections, input, labels);
      state = next;
      const data = (await loss.data()) as Float32Array;
      return data[0]!;
    },
  };
}

function firstState(weights: readonly Weight[]): State {
  const named = (role: Weight['role'], value: (weight: Weight) => JaxArray): Arrays =>
    Object.fromEntries(weights.filter(each => each.role === role).map(each => [each.name, value(each)]));
  const given = ({ tensor }: Weight) => np.array(tensor.data, { shape: [...tensor.shape] });
  const zeros = ({ tensor }: Weight) => np.zeros([...tensor.shape]);
  return {
    trained: named('trained', given),
    moving: named('moving', given),
    first: named('trained', zeros),
    second: named('trained', zeros),
  };
}

function stepOf(net: Net) {
  const lossOf = (trained: Arrays, moving: Arrays, input: JaxArray, labels: JaxArray): [JaxArray, Arrays] => {
    const followed: Arrays = {};
    const logits = build(net.layers, jaxLayers({ ...trained, ...moving }, followed), input);
    const likelihood = nn.oneHot(labels, net.classes).mul(nn.logSoftmax(logits));
    return [np.mean(np.sum(likelihood, -1)).neg(), followed];
  };
  return (
    { trained, moving, first, second }: State,
    corrections: JaxArray,
    input: JaxArray,
    labels: JaxArray,
  ): [State, JaxArray] => {
    const [[loss, followed], gradients] = valueAndGrad(lossOf, { hasAux: true })(
      tree.ref(trained),
      moving,
      input,
      labels,
    ) as [[JaxArray, Arrays], Arrays];
    const next: State = { trained: {}, moving: followed, first: {}, second: {} };
    for (const [name, gradient] of Object.entries(gradients)) {
      const m = mix(adam.beta1, first[name]!, gradient.ref);
      const v = mix(adam.beta2, second[name]!, np.square(gradient));
      const way = m.ref.mul(corrections.ref.slice(0));
      const length = np.sqrt(v.ref.mul(corrections.ref.slice(1))).add(adam.epsilon);
      next.trained[name] = trained[name]!.sub(way.div(length).mul(adam.learningRate));
      next.first[name] = m;
      next.second[name] = v;
    }
    corrections.dispose();
    return [next, loss];
  };
}

/** β a + (1 − β) b */
function mix(beta: number, a: JaxArray, b: JaxArray): JaxArray {
  return a.mul(beta).add(b.mul(1 - beta));
}
