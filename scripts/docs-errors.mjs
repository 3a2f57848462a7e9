// `npm run docs:errors`: writes docs/errors.md from the catalogue of errors.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, root } from './setup.mjs';

await ensureInstalled();
const { runnerImport } = await import('vite');
const { module } = await runnerImport(join(root, 'server/docs/errors.ts'), {
  root,
  configFile: false,
  logLevel: 'warn',
});
writeFileSync(join(root, 'docs/errors.md'), module.errorsMarkdown());
