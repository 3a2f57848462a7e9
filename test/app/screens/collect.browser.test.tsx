// Collect over the real store: what can be handed over of a model that has no number yet.
import { render } from 'preact';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import Collect from '../../../src/app/screens/collect/collect.tsx';
import { candidates, loadCandidates } from '../../../src/app/state/candidates.ts';
import { loadInstalled } from '../../../src/app/state/installed.ts';
import { type Services, services } from '../../../src/app/state/services.ts';
import { openBundle } from '../../../src/core/artifact/bundle.ts';
import { envelopeDigest } from '../../../src/core/artifact/signature.ts';
import { keepCandidate } from '../../../src/device/candidates.ts';
import { loadIdentity } from '../../../src/device/identity.ts';
import { foundModel } from '../../device/founded.ts';
import { freshDB } from '../../device/fresh-db.ts';

const root = document.body.appendChild(document.createElement('main'));
afterEach(() => render(null, root));

function button(name: string): HTMLButtonElement {
  return [...root.querySelectorAll('button')].find(one => one.textContent === name)!;
}

test('a model that was made here is handed over before it has a number', async () => {
  const { db } = await freshDB();
  const identity = await loadIdentity(db);
  const digest = await foundModel(db, identity, 'plants');
  await keepCandidate(db, digest);
  const open = { db, identity } as Services;
  services.value = open;
  onTestFinished(() => {
    services.value = null;
    candidates.value = [];
  });
  await Promise.all([loadCandidates(open), loadInstalled(open)]);
  const saved: Blob[] = [];
  const url = vi.spyOn(URL, 'createObjectURL').mockImplementation(blob => {
    saved.push(blob as Blob);
    return '#';
  });
  render(<Collect />, root);
  expect(root.querySelector('h1')!.textContent).toBe('Collect for plants');
  expect(root.textContent).not.toContain('My samples');
  await userEvent.click(button('Save the file'));
  await expect.poll(() => saved.length).toBe(1);
  url.mockRestore();
  const [blob] = saved;
  const { bundle } = await openBundle({
    bytes: blob!.size,
    read: async (from, bytes) => new Uint8Array(await blob!.slice(from, from + bytes).arrayBuffer()),
  });
  expect(await Promise.all(bundle.candidates.map(envelopeDigest))).toEqual([digest]);
});
