// What is trained: the recipe's scope, as names of parameters.
import { HaversackError } from '../errors.ts';
import type { Graph } from '../onnx/graph.ts';
import { elements } from '../tensor.ts';
import { type Parameter, parametersOf } from './parameters.ts';
import type { TrainRecipe } from './recipe.ts';

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
      const targets = scope.lora?.targets?.map(patternOf) ?? [() => true];
      return ({ name, kind, shape }) =>
        kind === 'weight' && shape.length >= 2 && targets.some(fits => fits(name));
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
