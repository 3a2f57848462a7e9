// `npm run docs:access`: writes the tables of docs/access.md from the access table.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, root } from './setup.mjs';

await ensureInstalled();
const { runnerImport } = await import('vite');
const { module } = await runnerImport(join(root, 'server/docs/access.ts'), {
  root,
  configFile: false,
  logLevel: 'warn',
});
const page = join(root, 'docs/access.md');
writeFileSync(page, module.withAccessTables(readFileSync(page, 'utf8')));
