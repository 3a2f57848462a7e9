// What is trained: the recipe's scope, as names of parameters.
import { HaversackError } from '../errors.ts';
import type { Graph } from '../onnx/graph.ts';
import { elements } from '../tensor.ts';
import { changeShare } from './lora.ts';
import { type Parameter, parametersOf } from './parameters.ts';
import { defaultLora, type TrainRecipe } from './recipe.ts';

/**
 * Where no targets are named, a change may have so many numbers beside its weight's. Recurrent weights, whose first dimension
 * is no side of a matrix, fall out by that; depthwise filters, which are no map between channels, by their form.
 */
const maxChangeShare = 0.5;

export type Scope = Pick<TrainRecipe, 'scope' | 'layers' | 'pattern' | 'lora'>;

/**
 * The parameters that the scope means, in the order of the graph. For `lora` those whose weights get a low-rank change.
 * @throws HaversackError `TrainingImpossible` where there are none, naming what there is
 */
export function selectParameters(graph: Graph, scope: Scope): Parameter[] {
  // A lone factor is a constant of a formula (0.5 in Gelu); a lone bias is one (of a single output).
  const all = parametersOf(graph).filter(({ kind, shape }) => kind !== 'norm' || elements(shape) > 1);
  const chosen = all.filter(chooser(all, scope));
  if (chosen.length > 0) return chosen;
  const there = all.map(({ name }) => `'${name}'`);
  const shown = there.length > 12 ? [...there.slice(0, 12), '…'] : there;
  throw new HaversackError(
    'TrainingImpossible',
    there.length === 0
      ? 'The model has no float32 weights in an operator that can be trained.'
      : `Nothing fits '${scope.pattern ?? scope.lora?.targets?.join(', ') ?? scope.scope}'; the weights are ${shown.join(', ')}.`,
  );
}

function chooser(all: readonly Parameter[], scope: Scope): (parameter: Parameter) => boolean {
  const layers = Math.max(...all.map(({ layer }) => layer)) + 1;
  switch (scope.scope) {
    case 'all':
      return () => true;
    case 'head':
      return ({ layer }) => layer === layers - 1;
    case 'last':
      return ({ layer }) => layer >= layers - (scope.layers ?? 1);
    case 'biases':
      return ({ kind }) => kind === 'bias' || kind === 'norm';
    case 'names': {
      const fits = patternOf(scope.pattern ?? '');
      return ({ name }) => fits(name);
    }
    case 'lora': {
      const isWeight = ({ kind, shape }: Parameter) => kind === 'weight' && shape.length >= 2;
      const isDepthwise = ({ shape }: Parameter) => shape.length > 2 && shape[1] === 1;
      const targets = scope.lora?.targets?.map(patternOf);
      if (targets) return each => isWeight(each) && targets.some(fits => fits(each.name));
      const rank = scope.lora?.rank ?? defaultLora.rank;
      const isWorthIt = (each: Parameter) =>
        isWeight(each) && !isDepthwise(each) && changeShare(each.shape, rank) <= maxChangeShare;
      // Of a model whose every weight is small, all.
      return all.some(isWorthIt) ? isWorthIt : isWeight;
    }
  }
}

/** `*` stands for anything; commas part several patterns. */
function patternOf(text: string): (name: string) => boolean {
  const patterns = text.split(',').map(part => {
    const parts = part
      .trim()
      .split('*')
      .map(literal => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`);
  });
  return name => patterns.some(pattern => pattern.test(name));
}
