// Where the project lies on this machine: from source, from a bundle, and from wherever the command was called.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from '../src/core/zod.ts';

/** The nearest folder above this file that has a package.json. */
export function projectFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('package.json is not above the server’s files');
    folder = above;
  }
  return folder;
}

export function projectVersion(): string {
  const text = readFileSync(join(projectFolder(), 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
