// The settings of a training run as they are typed, and the recipe that is made of them.
import type { Manifest } from '../../../core/artifact/documents.ts';
import { defaultLora, type TrainRecipe } from '../../../core/train/recipe.ts';

export type DraftEngine = TrainRecipe['engine'];
/** Of the scopes there are, those that need no names of weights. */
export type DraftScope = Extract<TrainRecipe['scope'], 'head' | 'all' | 'biases' | 'lora'>;

/** What each engine can train. */
export const scopesOf: Readonly<Record<DraftEngine, readonly DraftScope[]>> = {
  tfjs: ['head', 'all'],
  onnx: ['head', 'all', 'biases', 'lora'],
};

export interface RecipeDraft {
  readonly engine: DraftEngine;
  readonly scope: DraftScope;
  /** Low-rank changes stay beside the weights. */
  readonly isDelta: boolean;
  readonly epochs: string;
  readonly learningRate: string;
  readonly batchSize: string;
  readonly seed: string;
  readonly newSampleRepeats: string;
}

export type NumberField = Exclude<keyof RecipeDraft, 'engine' | 'scope' | 'isDelta'>;

const common = {
  engine: 'onnx',
  batchSize: '32',
  seed: '42',
  newSampleRepeats: '8',
  isDelta: false,
} as const;

/**
 * As measured on a new writer's digits (docs/decisions/0006-default-recipe.md). The head is quick, and its few weights
 * can be moved far; the whole network learns the same in fewer rounds, and forgets at a higher rate. Biases are few and need the highest; low-rank changes learn as fast as the
 * head.
 */
const defaults: Readonly<Record<DraftScope, RecipeDraft>> = {
  head: { scope: 'head', epochs: '15', learningRate: '0.003', ...common },
  all: { scope: 'all', epochs: '5', learningRate: '0.001', ...common },
  biases: { scope: 'biases', epochs: '10', learningRate: '0.01', ...common },
  lora: { scope: 'lora', epochs: '5', learningRate: '0.003', ...common },
};

/** A short run that leaves most of the model as it is: quick to try, small to send. */
export const defaultDraft: RecipeDraft = defaults.head;

/** The other scope's settings, but for what was typed. */
export function withScope(draft: RecipeDraft, scope: DraftScope): RecipeDraft {
  const changed = Object.entries(draft).filter(
    ([field, text]) => text !== defaults[draft.scope][field as keyof RecipeDraft],
  );
  return { ...defaults[scope], ...Object.fromEntries(changed) };
}

/**
 * The engines that can teach a version, the one it starts with first: the graph is always there, the layers may be. From
 * samples alone only one of them learns without forgetting the rest.
 */
export function enginesOf({ artifacts }: Pick<Manifest, 'artifacts'>): readonly DraftEngine[] {
  const { topology, dataset } = artifacts;
  return topology?.engine === 'tfjs' && dataset !== null ? ['onnx', 'tfjs'] : ['onnx'];
}

/** With a scope that the engine has. */
export function withEngine(draft: RecipeDraft, engine: DraftEngine): RecipeDraft {
  const possible = scopesOf[engine].includes(draft.scope) ? draft : withScope(draft, 'head');
  return { ...possible, engine };
}

/** What was typed, for a version that may not have the engine that was chosen for another. */
export function draftFor(draft: RecipeDraft, manifest: Pick<Manifest, 'artifacts'>): RecipeDraft {
  const engines = enginesOf(manifest);
  return engines.includes(draft.engine) ? draft : withEngine(draft, engines[0]!);
}

/** Limits as the form says them; the recipe's schema has the same or wider ones. */
export const limits = {
  epochs: { low: 1, high: 1000 },
  batchSize: { low: 1, high: 4096 },
  seed: { low: 0, high: 2 ** 32 - 1 },
  newSampleRepeats: { low: 1, high: 1000 },
} as const satisfies Record<Exclude<NumberField, 'learningRate'>, { low: number; high: number }>;

/** Above this, Adam leaves everything behind that was learned before. */
export const highestLearningRate = 1;

/** The fields that are wrong. */
export function wrongFields(draft: RecipeDraft): NumberField[] {
  const fields = ['epochs', 'learningRate', 'batchSize', 'seed', 'newSampleRepeats'] as const;
  return fields.filter(field => valueOf(draft, field) === null);
}

/** Null while a field is wrong. */
export function recipeFrom(draft: RecipeDraft): TrainRecipe | null {
  const [epochs, learningRate, batchSize, seed, newSampleRepeats] = [
    valueOf(draft, 'epochs'),
    valueOf(draft, 'learningRate'),
    valueOf(draft, 'batchSize'),
    valueOf(draft, 'seed'),
    valueOf(draft, 'newSampleRepeats'),
  ];
  if (epochs === null || learningRate === null || batchSize === null) return null;
  if (seed === null || newSampleRepeats === null) return null;
  return {
    kind: 'train',
    engine: draft.engine,
    scope: draft.scope,
    ...(draft.scope === 'lora' && draft.isDelta && { lora: { ...defaultLora, keep: 'delta' } }),
    loss: 'sparse-categorical-cross-entropy',
    optimizer: 'adam',
    learningRate,
    epochs,
    batchSize,
    seed,
    newSampleRepeats,
  };
}

function valueOf(draft: RecipeDraft, field: NumberField): number | null {
  const text = draft[field].trim().replace(',', '.');
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) return null;
  if (field === 'learningRate') return value > 0 && value <= highestLearningRate ? value : null;
  const { low, high } = limits[field];
  return Number.isInteger(value) && value >= low && value <= high ? value : null;
}
