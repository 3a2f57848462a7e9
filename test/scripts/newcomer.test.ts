// What a newcomer starts in a fresh clone: it installs the packages, so that nothing of it may need one before.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const scripts = join(import.meta.dirname, '..', '..', 'scripts');

/** Of what is loaded before a line of `file` runs: all that is neither Node's nor a file of ours. */
function packagesFirst(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const statements = readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^'"();=]*?['"]([^'"]+)['"]/gm);
  return [...statements].flatMap(([, specifier]) => {
    if (specifier!.startsWith('node:')) return [];
    if (specifier!.startsWith('.')) return packagesFirst(join(dirname(file), specifier!), seen);
    return [`${specifier!} in ${file}`];
  });
}

it.each(['start', 'test', 'dev', 'bench', 'build'])(
  '%s needs no package before it has installed them',
  name => {
    expect(packagesFirst(join(scripts, `${name}.mjs`))).toEqual([]);
  },
);

it('would be seen', () => {
  expect(packagesFirst(join(scripts, 'build-client.mjs'))).toEqual([
    `typescript in ${join(scripts, 'build-client.mjs')}`,
  ]);
});
