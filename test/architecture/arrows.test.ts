// The arrows between realms are checked by lint; this checks the check.
import { ESLint } from 'eslint';
import { existsSync, readFileSync } from 'node:fs';
import { unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const written: string[] = [];
afterEach(() => Promise.all(written.splice(0).map(path => unlink(path))));

/** @param folder where a file of that code would lie; two runs at once do not meet there */
async function complaints(folder: string, code: string): Promise<string[]> {
  const file = join(root, folder, `zz-arrow-${process.pid}.ts`);
  await writeFile(file, code, { flag: 'wx' });
  written.push(file);
  const [result] = await new ESLint({ cwd: root }).lintFiles([file]);
  return result!.messages.map(message => `${message.ruleId ?? ''}: ${message.message}`);
}

describe('an import against the arrows', () => {
  it.each([
    ['artifact may not know the device', 'src/core/artifact', '../../device/schema.ts', 'databaseName'],
    ['the client may not know the device', 'src/client', '../device/schema.ts', 'databaseName'],
    ['the server may not know the device', 'server', '../src/device/schema.ts', 'databaseName'],
  ])('is refused: %s', async (_, folder, specifier, name) => {
    const found = await complaints(
      folder,
      `import { ${name} } from '${specifier}';\nexport const wrong = ${name};\n`,
    );
    expect(found.join('\n')).toContain('import-x/no-restricted-paths: Unexpected path');
  });

  it('is let pass the right way', async () => {
    const code = "import { HaversackError } from '../errors.ts';\nexport const right = HaversackError;\n";
    expect(
      (await complaints('src/core/artifact', code)).filter(text => text.includes('no-restricted-paths')),
    ).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  it('names only paths that exist', () => {
    const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
    const named = [...text.matchAll(/`((?:src|server|demo|test|bench|scripts|public|docs)\/[\w./-]+)`/g)].map(
      match => match[1]!,
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(path => !existsSync(join(root, path)))).toEqual([]);
  });
});
