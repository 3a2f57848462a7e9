import { render } from 'preact';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { useNameHint } from '../../../src/app/screens/new-model/name-hint.ts';
import { loadInstalled } from '../../../src/app/state/installed.ts';
import { type Services, services } from '../../../src/app/state/services.ts';
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

function Hint({ name }: { readonly name: string }) {
  return <p>{useNameHint(name)}</p>;
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
