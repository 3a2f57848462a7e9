// Walks a layers model and adds its layers to a graph, each by its rule.
import { HaversackError } from '../../errors.ts';
import type { GraphDraft, Value } from './graph-draft.ts';
import { type Layer, type LayerRule, unsupported } from './layer.ts';
import type { LayerNode, ModelTopology, Reference } from './model-topology.ts';
import type { NamedWeights } from './named-weights.ts';
import { arrangeRules } from './rules/arrange.ts';
import { convolutionRules } from './rules/convolution.ts';
import { plainRules } from './rules/plain.ts';

export const layerRules: Readonly<Record<string, LayerRule>> = {
  ...plainRules,
  ...convolutionRules,
  ...arrangeRules,
};

/**
 * @param inputs one for each of the model's
 * @throws HaversackError `OperatorUnsupported` naming the layer, `ImportImpossible`
 */
export function applyModel(
  model: ModelTopology,
  inputs: readonly Value[],
  draft: GraphDraft,
  weights: NamedWeights,
): Value[] {
  if (!model.isChain) return new GraphWalk(model, draft, weights).run(inputs);
  return model.layers.reduce<readonly Value[]>(
    (values, layer) => applyNode(layer, values, draft, weights),
    inputs,
  ) as Value[];
}

function applyNode(
  node: LayerNode,
  inputs: readonly Value[],
  draft: GraphDraft,
  weights: NamedWeights,
): Value[] {
  draft.count();
  if (node.model) return applyModel(node.model, inputs, draft, weights);
  return [applyLayer({ ...node, weights: weights.get(node.name) ?? new Map() }, inputs, draft)];
}

function applyLayer(layer: Layer, inputs: readonly Value[], draft: GraphDraft): Value {
  const rule = Object.hasOwn(layerRules, layer.className) ? layerRules[layer.className] : undefined;
  if (!rule) throw unsupported(layer, 'this kind of layer');
  return rule(layer, inputs, draft);
}

/** A model whose layers say where their inputs come from: each call is made when its inputs are there. */
class GraphWalk {
  readonly #nodes: ReadonlyMap<string, LayerNode>;
  readonly #firstCalls: ReadonlyMap<string, number>;
  readonly #made = new Map<string, readonly Value[]>();
  readonly #model: ModelTopology;
  readonly #draft: GraphDraft;
  readonly #weights: NamedWeights;

  constructor(model: ModelTopology, draft: GraphDraft, weights: NamedWeights) {
    this.#model = model;
    this.#draft = draft;
    this.#weights = weights;
    this.#nodes = new Map(model.layers.map(layer => [layer.name, layer]));
    this.#firstCalls = firstCallsOf(model);
  }

  run(inputs: readonly Value[]): Value[] {
    if (inputs.length !== this.#model.inputs.length) {
      throw this.#wrong(`it takes ${this.#model.inputs.length} inputs, ${inputs.length} came`);
    }
    this.#model.inputs.forEach((reference, i) => this.#made.set(key(reference), [inputs[i]!]));
    return this.#model.outputs.map(reference => this.#valueOf(reference));
  }

  /** By a stack of its own: a deep model would end the engine's. */
  #valueOf(wanted: Reference): Value {
    const stack = [wanted];
    const open = new Set<string>();
    for (let reference = stack.at(-1); reference; reference = stack.at(-1)) {
      if (this.#made.has(key(reference))) {
        stack.pop();
        continue;
      }
      const node = this.#nodes.get(reference.layer);
      const call = node?.calls[reference.call - (this.#firstCalls.get(reference.layer) ?? 0)];
      if (!node || !call)
        throw this.#wrong(`'${reference.layer}' is never called a time number ${reference.call}`);
      const missing = call.filter(each => !this.#made.has(key(each)));
      if (missing.length === 0) {
        const inputs = call.map(each => this.#outputOf(each));
        this.#made.set(key(reference), applyNode(node, inputs, this.#draft, this.#weights));
        stack.pop();
      } else {
        if (open.has(key(reference))) throw this.#wrong(`'${reference.layer}' waits for itself`);
        open.add(key(reference));
        stack.push(...missing);
      }
    }
    return this.#outputOf(wanted);
  }

  #outputOf(reference: Reference): Value {
    const value = this.#made.get(key(reference))?.[reference.output];
    if (!value) throw this.#wrong(`'${reference.layer}' has no output ${reference.output}`);
    return value;
  }

  #wrong(detail: string): HaversackError {
    return new HaversackError('ImportImpossible', `Model '${this.#model.name}': ${detail}.`);
  }
}

/**
 * Which number the first call of a model in this model has: stored by Keras 2 and TensorFlow.js it is 1, for what made that
 * model counts as its call 0.
 */
function firstCallsOf(model: ModelTopology): Map<string, number> {
  const first = new Map<string, number>();
  const models = new Set(model.layers.filter(layer => layer.model).map(layer => layer.name));
  for (const { layer, call } of [...model.layers.flatMap(({ calls }) => calls.flat()), ...model.outputs]) {
    if (models.has(layer)) first.set(layer, Math.min(call, first.get(layer) ?? 1));
  }
  return first;
}

/** Which call of which layer. */
function key({ layer, call }: Reference): string {
  return `${call}/${layer}`;
}
