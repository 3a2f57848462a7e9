// Teach's folded settings under the hands of somebody who types: what is wrong comes into sight, and stays there.
import { render } from 'preact';
import { afterEach, expect, test } from 'vitest';
import '../../../src/app/styles/tokens.css';
import '../../../src/app/styles/base.css';
import { RecipeSettings } from '../../../src/app/screens/teach/settings.tsx';
import type { Manifest } from '../../../src/core/artifact/documents.ts';

const root = document.body.appendChild(document.createElement('main'));
afterEach(() => render(null, root));

function shown(dataset: object | null = {}): void {
  const manifest = { artifacts: { topology: null, dataset } } as unknown as Manifest;
  render(<RecipeSettings manifest={manifest} request={null} mayShare={false} />, root);
}

const fold = () => root.querySelector<HTMLDetailsElement>('details.fold')!;
const epochs = () =>
  [...root.querySelectorAll('label')].find(label => label.textContent.includes('epochs'))!
    .control as HTMLInputElement;

function type(text: string): void {
  epochs().value = text;
  epochs().dispatchEvent(new InputEvent('input', { bubbles: true }));
}

test('are folded, open where a field is wrong, and do not close when it is right again', async () => {
  shown();
  expect(fold().open).toBe(false);
  type('');
  await expect.poll(() => fold().open).toBe(true);
  expect(epochs().getAttribute('aria-invalid')).toBe('true');
  type('7');
  await expect.poll(() => epochs().getAttribute('aria-invalid')).toBe(null);
  expect(fold().open).toBe(true);
});

test('hold a version without its data close to what it knew, unless told otherwise', () => {
  shown(null);
  const close = root.querySelector<HTMLInputElement>('input[type="checkbox"]');
  expect(close?.checked).toBe(true);
  shown();
  expect(root.querySelector('input[type="checkbox"]')).toBe(null);
});
