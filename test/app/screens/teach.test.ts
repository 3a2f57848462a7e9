import { expect, test } from 'vitest';
import { lacksOf } from '../../../src/app/screens/teach/lacks.ts';
import {
  defaultDraft,
  draftFor,
  enginesOf,
  recipeFrom,
  scopesOf,
  withEngine,
  withScope,
  wrongFields,
} from '../../../src/app/screens/teach/recipe-draft.ts';
import { heldNear } from '../../../src/app/screens/teach/stay-close.tsx';
import type { Manifest } from '../../../src/core/artifact/documents.ts';
import { defaultDistillation, trainRecipeSchema } from '../../../src/core/train/recipe.ts';

test('the default settings are a recipe that the engine accepts', () => {
  expect(trainRecipeSchema.parse(recipeFrom(defaultDraft))).toMatchObject({ scope: 'head', epochs: 15 });
});

test('another scope brings its own settings, but for what was typed', () => {
  const typed = { ...defaultDraft, seed: '7', epochs: '20' };
  const all = withScope(typed, 'all');
  expect(all).toMatchObject({ scope: 'all', seed: '7', epochs: '20' });
  expect(all.learningRate).not.toBe(defaultDraft.learningRate);
  expect(withScope(all, 'head')).toEqual(typed);
  expect(trainRecipeSchema.parse(recipeFrom(withScope(defaultDraft, 'all')))).toMatchObject({ scope: 'all' });
});

const versionWith = (engine: string | null) =>
  ({ artifacts: { topology: engine && { engine } } }) as unknown as Manifest;

test('a version starts with its graph, and offers TensorFlow.js besides where it has the layers', () => {
  expect(enginesOf(versionWith('tfjs'))).toEqual(['onnx', 'tfjs']);
  expect(enginesOf(versionWith('another'))).toEqual(['onnx']);
  expect(enginesOf(versionWith(null))).toEqual(['onnx']);
  expect(draftFor(defaultDraft, versionWith('tfjs'))).toEqual(defaultDraft);
  const layered = withEngine(defaultDraft, 'tfjs');
  expect(draftFor(layered, versionWith('tfjs'))).toEqual(layered);
  expect(recipeFrom(draftFor(layered, versionWith(null)))).toMatchObject({ engine: 'onnx', scope: 'head' });
});

test('a version without its data is taught by the engine that can hold it near what it knew', () => {
  const alone = { artifacts: { topology: { engine: 'tfjs' }, dataset: null } } as unknown as Manifest;
  expect(enginesOf(alone)).toEqual(['onnx']);
  const recipe = recipeFrom(draftFor(defaultDraft, alone))!;
  expect(trainRecipeSchema.parse(heldNear(recipe, true)).distillation).toEqual(defaultDistillation);
  expect(trainRecipeSchema.parse(heldNear(recipe, false)).distillation).toMatchObject({ weight: 0 });
});

test('an engine that was chosen stays, from version to version', () => {
  const chosen = withEngine(defaultDraft, 'tfjs');
  expect(draftFor(chosen, versionWith('tfjs'))).toEqual(chosen);
  expect(withScope(chosen, 'all')).toMatchObject({ engine: 'tfjs', scope: 'all' });
});

test.each(scopesOf.onnx)('%s is a recipe of the onnx engine, and TensorFlow.js gets one it has', scope => {
  const draft = withScope(withEngine(defaultDraft, 'onnx'), scope);
  expect(trainRecipeSchema.parse(recipeFrom(draft))).toMatchObject({ engine: 'onnx', scope });
  expect(scopesOf.tfjs).toContain(withEngine(draft, 'tfjs').scope);
});

test('low-rank changes stay beside the weights where that is ticked, and only there', () => {
  const ticked = { ...withScope(defaultDraft, 'lora'), isDelta: true };
  expect(trainRecipeSchema.parse(recipeFrom(ticked)).lora).toMatchObject({ keep: 'delta' });
  expect(recipeFrom({ ...ticked, isDelta: false })).not.toHaveProperty('lora');
  expect(recipeFrom(withScope(ticked, 'all'))).not.toHaveProperty('lora');
});

test('a decimal comma is a point', () => {
  expect(recipeFrom({ ...defaultDraft, learningRate: '0,01' })?.learningRate).toBe(0.01);
});

test('each wrong field is named, and no recipe is made', () => {
  const wrong = { ...defaultDraft, epochs: '0', learningRate: '-1', batchSize: '1.5', seed: '' };
  expect(wrongFields(wrong)).toEqual(['epochs', 'learningRate', 'batchSize', 'seed']);
  expect(recipeFrom(wrong)).toBeNull();
});

test('what a version lacks for training is named, and nothing that it has', () => {
  const bare = {
    artifacts: { dataset: null, recorded: null, topology: null },
    labels: null,
    interface: { inputs: [], outputs: [], decision: null },
  } as unknown as Manifest;
  expect(lacksOf(bare)).toEqual(['labels', 'decision']);
  const labelled = {
    ...bare,
    labels: ['a', 'b'],
    interface: {
      ...bare.interface,
      decision: { kind: 'softmax', output: 'p', from: 'logits', notSureBelow: 0.5 },
    },
  } as unknown as Manifest;
  expect(lacksOf(labelled)).toEqual([]);
});
