// A chain of layers made ready to train: what is frozen apart from what learns, and logits where the model has a softmax,
// so that the loss is computed without taking the logarithm of a probability that may be 0.
import { dropout, reshape, type Tensor, Variable } from '@tensorflow/tfjs-core';
import type { layers, LayersModel } from '@tensorflow/tfjs-layers';
import { HaversackError } from '../core/errors.ts';
import type { TrainRecipe } from '../core/train/recipe.ts';
import { z } from '../core/zod.ts';
import type { Topology } from './topology.ts';

type Layer = layers.Layer;

export interface Chain {
  /** Layers that do not learn, run as at inference: their output for a row is always the same. */
  readonly frozen: readonly Layer[];
  readonly learning: readonly Layer[];
  /** What the optimizer moves. */
  readonly variables: readonly Variable[];
  /** Names of all weights that training may change, moving statistics included. */
  readonly changing: ReadonlySet<string>;
}

/**
 * The same topology with logits at its end: a last softmax becomes linear.
 * @throws HaversackError `TrainingImpossible` where it does not end in a softmax.
 */
export function withLogits(topology: Topology): Topology {
  const copy = structuredClone(topology);
  const last = copy.layers.config.layers.at(-1)!;
  const isSoftmax = last.class_name === 'Softmax' || last.config['activation'] === 'softmax';
  if (!isSoftmax) {
    throw new HaversackError(
      'TrainingImpossible',
      `Its last layer '${last.config.name}' (${last.class_name}) is no softmax, which cross-entropy needs.`,
    );
  }
  if (last.class_name === 'Softmax') copy.layers.config.layers.pop();
  else last.config['activation'] = 'linear';
  return copy;
}

/** @throws HaversackError `TrainingImpossible` where the scope holds nothing that can learn. */
export function chainOf(model: LayersModel, topology: Topology, scope: TrainRecipe['scope']): Chain {
  const first = scope === 'all' ? 0 : model.layers.findIndex(layer => topology.head.includes(layer.name));
  const learning = first === -1 ? [] : model.layers.slice(first);
  const variables = learning.flatMap(layer =>
    layer.trainableWeights.map(weight => weight.read()).filter(value => value instanceof Variable),
  );
  if (variables.length === 0) {
    const what =
      scope === 'all' ? 'no layer' : `no layer of its head (${topology.head.join(', ') || 'none named'})`;
    throw new HaversackError('TrainingImpossible', `There is ${what} with weights that can learn.`);
  }
  return {
    frozen: model.layers.slice(0, first),
    learning,
    variables,
    changing: new Set(learning.flatMap(layer => layer.weights.map(weight => weight.originalName))),
  };
}

/** Runs layers as at inference. */
export function infer(chained: readonly Layer[], input: Tensor): Tensor {
  return chained.reduce((x, layer) => layer.apply(x, { training: false }) as Tensor, input);
}

const dropoutConfig = z.looseObject({ rate: z.number() });

/** Runs layers as in training. `seed` gives each step its own dropout, the same in every run. */
export function learn(chained: readonly Layer[], input: Tensor, seed: number): Tensor {
  return chained.reduce((x, layer, i) => {
    if (layer.getClassName() !== 'Dropout') return layer.apply(x, { training: true }) as Tensor;
    return dropout(x, dropoutConfig.parse(layer.getConfig()).rate, undefined, `${seed}/${i}`);
  }, input);
}

/** Rows of logits; a head that keeps trailing dimensions of one is flattened. */
export function asLogits(output: Tensor, classes: number): Tensor {
  return output.rank === 2 ? output : reshape(output, [-1, classes]);
}
