// The size budget of the app's shell: HTML, CSS and JavaScript that a browser loads before any model, gzipped.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const shellBudgetBytes = 120_000;
const app = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'app');

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

const sizes = shellFiles().map(file => ({
  file,
  bytes: gzipSync(readFileSync(join(app, file)), { level: 9 }).length,
}));
const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
for (const { file, bytes } of sizes.sort((a, b) => b.bytes - a.bytes))
  console.log(`${String(bytes).padStart(8)}  ${file}`);
console.log(`${String(total).padStart(8)}  the shell, gzipped (budget ${shellBudgetBytes})`);
process.exit(total <= shellBudgetBytes ? 0 : 1);
