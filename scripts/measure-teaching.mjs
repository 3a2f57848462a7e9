// `npm run measure:teaching`: teaches last blocks on photographs of the bench beside a head alone, five draws each, and puts the
// table into docs/teaching-by-showing.md. Takes hours on a small machine.
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filled, markdown } from './measured-page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'docs/teaching-by-showing.md');

const measured = ['run', '--project', 'measure', 'test/core/teach/last-blocks.measure.ts'];
const { status } = spawnSync('npx', ['vitest', ...measured], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(1);
const table = JSON.parse(await readFile(join(root, '.cache/teaching/last-blocks.json'), 'utf8'));
await writeFile(page, filled(await readFile(page, 'utf8'), 'last-blocks', markdown(table)));
