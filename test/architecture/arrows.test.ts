// The arrows between realms are checked by lint; this checks the check.
import { ESLint } from 'eslint';
import { existsSync, readFileSync } from 'node:fs';
import { unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const written: string[] = [];
afterEach(() => Promise.all(written.splice(0).map(path => unlink(path))));

async function complaints(path: string, code: string): Promise<string[]> {
  const file = join(root, path);
  await writeFile(file, code, { flag: 'wx' });
  written.push(file);
  const [result] = await new ESLint({ cwd: root }).lintFiles([file]);
  return result!.messages.map(message => `${message.ruleId ?? ''}: ${message.message}`);
}

describe('an import against the arrows', () => {
  it.each([
    [
      'artifact may not know the device',
      'src/core/artifact/zz-arrow.ts',
      '../../device/schema.ts',
      'databaseName',
    ],
    ['the client may not know the device', 'src/client/zz-arrow.ts', '../device/schema.ts', 'databaseName'],
    ['the server may not know the device', 'server/zz-arrow.ts', '../src/device/schema.ts', 'databaseName'],
  ])('is refused: %s', async (_, path, specifier, name) => {
    const found = await complaints(
      path,
      `import { ${name} } from '${specifier}';\nexport const wrong = ${name};\n`,
    );
    expect(found.join('\n')).toContain('import-x/no-restricted-paths: Unexpected path');
  });

  it('is let pass the right way', async () => {
    const code = "import { HaversackError } from '../errors.ts';\nexport const right = HaversackError;\n";
    expect(
      (await complaints('src/core/artifact/zz-arrow.ts', code)).filter(text =>
        text.includes('no-restricted-paths'),
      ),
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
