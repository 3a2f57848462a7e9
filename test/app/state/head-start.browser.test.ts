import { beforeEach, expect, it } from 'vitest';
import { ok } from '../../../src/core/result.ts';
import { headStart, rememberProvider } from '../../../src/app/state/head-start.ts';

/** What the worker is asked to warm up. */
function asked(): string[] {
  const providers: string[] = [];
  const warmUp = (provider: string) => {
    providers.push(provider);
    return Promise.resolve(ok(null));
  };
  headStart({ call: use => use({ warmUp } as unknown as Parameters<typeof use>[0]) });
  return providers;
}

beforeEach(() => localStorage.clear());

it('starts nothing where nothing has answered yet', () => {
  expect(asked()).toEqual([]);
});

it('starts the runtime that answered last', () => {
  rememberProvider('wasm');
  expect(asked()).toEqual(['wasm']);
  rememberProvider('webgpu');
  expect(asked()).toEqual(['webgpu']);
});

it('starts nothing by a word it does not know', () => {
  rememberProvider('abacus');
  expect(asked()).toEqual([]);
});
