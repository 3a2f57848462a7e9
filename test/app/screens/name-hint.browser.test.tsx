import { render } from 'preact';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { useNameHint } from '../../../src/app/screens/new-model/name-hint.ts';
import { loadInstalled } from '../../../src/app/state/installed.ts';
import { type Services, services } from '../../../src/app/state/services.ts';
import type { ShownKind } from '../../../src/core/teach/shown-kind.ts';
import type { Database } from '../../../src/device/db.ts';
import { keepCandidate } from '../../../src/device/candidates.ts';
import { loadIdentity } from '../../../src/device/identity.ts';
import { activate } from '../../../src/device/library.ts';
import { foundModel } from '../../device/founded.ts';
import { freshDB } from '../../device/fresh-db.ts';
import { storeVersion } from '../../worker/stored.ts';

const root = document.body.appendChild(document.createElement('main'));
let db: Database;

beforeEach(async () => {
  ({ db } = await freshDB());
  services.value = { db } as Services;
});
afterEach(() => {
  render(null, root);
  services.value = null;
});

function Hint({ name, kind = 'photo' }: { readonly name: string; readonly kind?: ShownKind }) {
  return <p>{useNameHint(name, kind)}</p>;
}

const said = () => root.textContent;

test('a free name is any; one of a stranger’s model is no next version of it; one of a model that was begun here is', async () => {
  const digest = await foundModel(db, await loadIdentity(db), 'plants');
  await keepCandidate(db, digest);
  for (const [model, candidate] of [
    ['plants', digest],
    ['strangers', null],
  ] as const) {
    await storeVersion(db, { model, overrides: { candidate } });
    await activate(db, model, 1);
  }
  await loadInstalled({ db } as Services);
  render(<Hint name="fresh" />, root);
  expect(said()).toMatch(/^Small letters/);
  render(<Hint name="strangers" />, root);
  await expect.poll(said).toMatch(/not begun here .* needs another name/);
  render(<Hint name="plants" />, root);
  await expect.poll(said).toMatch(/its next version/);
});

test('one of a model of sounds that was begun here is no next version for photos', async () => {
  const digest = await foundModel(db, await loadIdentity(db), 'birds');
  await keepCandidate(db, digest);
  const input = { name: 'x', datatype: 'FP32', shape: [-1, 2] } as const;
  const takesSound = {
    inputs: [
      { ...input, shape: [...input.shape], meaning: { kind: 'waveform', sampleRate: 16_000 } as const },
    ],
    outputs: [{ name: 'probabilities', datatype: 'FP32' as const, shape: [-1, 3], meaning: null }],
    decision: null,
  };
  await storeVersion(db, { model: 'birds', overrides: { candidate: digest, interface: takesSound } });
  await activate(db, 'birds', 1);
  await loadInstalled({ db } as Services);
  render(<Hint name="birds" kind="sound" />, root);
  await expect.poll(said).toMatch(/its next version/);
  render(<Hint name="birds" kind="photo" />, root);
  await expect.poll(said).toMatch(/something else.*needs another name/);
});
