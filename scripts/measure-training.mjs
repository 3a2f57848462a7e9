// `npm run measure:training [-- NAME …]`: runs the long forms of what training is shown by (vitest's projects measure and
// measure-browser, or those named) and puts the tables into docs/training.md, with the day and the machine.
import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filled, markdown } from './measured-page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** `measuredFolder` of test/core/train/known-results/measured.ts. */
const measured = join(root, '.cache/training');
const page = join(root, 'docs/training.md');

const projects = process.argv.length > 2 ? process.argv.slice(2) : ['measure', 'measure-browser'];
for (const project of projects) {
  const { status } = spawnSync('npx', ['vitest', 'run', '--project', project], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
let text = await readFile(page, 'utf8');
for (const file of await readdir(measured)) {
  text = filled(
    text,
    basename(file, '.json'),
    markdown(JSON.parse(await readFile(join(measured, file), 'utf8'))),
  );
}
const processors = cpus();
const day = new Date().toISOString().slice(0, 10);
const machine = `${processors.length} × ${processors[0]?.model.trim()}, Node ${process.versions.node}`;
// Above the number of processors, seconds are those of a machine that had other things to do.
const load = loadavg()[2].toFixed(0);
await writeFile(page, filled(text, 'machine', `Measured on ${day} on ${machine}, its load ${load}.`));
