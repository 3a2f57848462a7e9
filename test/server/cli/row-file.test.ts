import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { openRowFile } from '../../../server/cli/row-file.ts';
import { storesRows } from '../../core/train/row-store.conformance.ts';

storesRows('a file', openRowFile);

it('leaves no file behind, and has no name while it is open where that can be', async () => {
  const files = async () => (await readdir(tmpdir())).filter(name => name.startsWith('haversack-rows-'));
  const before = await files();
  const store = await openRowFile({ x: { datatype: 'FP32', shape: [3] } }, 1);
  if (process.platform !== 'win32') expect(await files()).toEqual(before);
  await store.dispose();
  expect(await files()).toEqual(before);
});
