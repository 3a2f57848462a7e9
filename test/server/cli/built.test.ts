import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const built = fileURLToPath(new URL('../../../dist/server/cli.js', import.meta.url));

/** The built command in a process of its own; `bin/haversack.mjs` would build first what is stale. */
function spawned(args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const script = `import(${JSON.stringify(built)}).then(({ main }) => main(${JSON.stringify(args)}))`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  let out = '';
  let err = '';
  child.stdout.on('data', (part: Buffer) => (out += part.toString()));
  child.stderr.on('data', (part: Buffer) => (err += part.toString()));
  return new Promise(resolve => child.once('close', code => resolve({ code, out, err })));
}

it.skipIf(!existsSync(built))('the built command answers on stdout and ends with its exit code', async () => {
  const help = await spawned(['--help']);
  expect({ code: help.code, err: help.err }).toEqual({ code: 0, err: '' });
  expect(help.out).toContain('haversack push');

  const wrong = await spawned(['dance']);
  expect({ code: wrong.code, out: wrong.out }).toEqual({ code: 2, out: '' });
  expect(wrong.err.split('\n')).toHaveLength(4);

  const unreachable = await spawned(['list', '--url', 'http://127.0.0.1:1']);
  expect({ code: unreachable.code, out: unreachable.out }).toEqual({ code: 1, out: '' });
});
