// Size budgets, gzipped: of the app's shell (HTML, CSS and JavaScript that a browser loads before any model), of
// `haversack/client` (what loads with its entry), and of the script of an exported page, whichever it is.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { entryModules } from './build-client.mjs';

const shellBudgetBytes = 120_000;
const clientBudgetBytes = 8_000;
/** 11 kB of each are Preact and its signals, which the app's own parts bring along; photos can be taken and drawn. */
const pageBudgetBytes = { 'photo.js': 28_000, 'sound.js': 26_000, 'sample.js': 26_000 };
const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const app = join(dist, 'app');

/** The files that index.html loads at once, and what those import statically. */
function shellFiles() {
  const html = readFileSync(join(app, 'index.html'), 'utf8');
  const queue = [...html.matchAll(/(?:src|href)="\/?(assets\/[^"]+\.(?:js|css))"/g)].map(match => match[1]);
  const files = new Set(['index.html']);
  while (queue.length) {
    const file = queue.pop();
    if (files.has(file)) continue;
    files.add(file);
    if (!file.endsWith('.js')) continue;
    const code = readFileSync(join(app, file), 'utf8');
    for (const match of code.matchAll(
      /(?:^|[;}\s])(?:import|export)(?:[^"'();]*?from)?\s*["']\.\/([^"']+\.js)["']/g,
    )) {
      queue.push(join(dirname(file), match[1]));
    }
  }
  return [...files];
}

/** @returns whether the files are within the budget; prints each, largest first */
function isWithin(name, folder, files, budgetBytes) {
  const sizes = files.map(file => ({
    file,
    bytes: gzipSync(readFileSync(join(folder, file)), { level: 9 }).length,
  }));
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { file, bytes } of sizes.sort((a, b) => b.bytes - a.bytes))
    console.log(`${String(bytes).padStart(8)}  ${file}`);
  console.log(`${String(total).padStart(8)}  ${name}, gzipped (budget ${budgetBytes})`);
  return total <= budgetBytes;
}

const client = join(dist, 'client');
const within = [
  isWithin('the shell', app, shellFiles(), shellBudgetBytes),
  isWithin('haversack/client', client, entryModules(client), clientBudgetBytes),
  ...Object.entries(pageBudgetBytes).map(([script, budgetBytes]) =>
    isWithin(`the page of ${script}`, join(app, 'page'), [script], budgetBytes),
  ),
];
process.exit(within.every(Boolean) ? 0 : 1);
