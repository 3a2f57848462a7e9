import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { requirePageFolder, writePageFolder } from '../../../server/cli/page-folder.ts';
import { composePage } from '../../../src/core/page/compose-page.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const readPart = (name: string) => Promise.resolve(bytes(name));
const body = {
  model: 'wine',
  createdAt: '2026-11-27T05:00:00.000Z',
  labels: null,
  interface: {
    inputs: [
      {
        name: 'x',
        datatype: 'FP32',
        shape: [-1, 1],
        meaning: { kind: 'features', names: ['a'], units: [null], ranges: null },
      },
    ],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 1], meaning: { kind: 'value', unit: null } }],
    decision: { kind: 'value', output: 'y' },
  },
  artifacts: { dataset: null, recorded: null, topology: null },
} satisfies Parameters<typeof composePage>[0]['body'];
const page = (file: string) =>
  composePage({ body, version: 1, variant: 'fp32', file: bytes(file), licence: null }, readPart, bytes('w'));

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'haversack-page-folder-'));
});
afterEach(() => rm(home, { recursive: true }));

it('a page goes where nothing is, and over an older page', async () => {
  const folder = join(home, 'new');
  for (const file of ['first', 'second']) {
    await requirePageFolder(folder);
    await writePageFolder(folder, await page(file));
    expect(await readFile(join(folder, 'model.onnx'), 'utf8')).toBe(file);
  }
});

it.each(['index.html', 'README.txt'])('a folder with a %s of somebody else is refused', async name => {
  await writeFile(join(home, name), '<!doctype html><title>my site</title>');
  await expect(requirePageFolder(home)).rejects.toThrow(/has other files in it/);
  expect(await readdir(home)).toEqual([name]);
});

it('a file that is no zip is refused', async () => {
  await writeFile(join(home, 'page'), 'x');
  await expect(requirePageFolder(join(home, 'page'))).rejects.toThrow(/this is a file/);
});

it('what breaks off leaves no page', async () => {
  const files = await page('model');
  await mkdir(join(home, 'model.onnx'));
  await expect(writePageFolder(home, files)).rejects.toThrow();
  expect(await readdir(home)).not.toContain('index.html');
});
