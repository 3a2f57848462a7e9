// `npm run docs:metrics`: writes docs/metrics.md from the list of metrics.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, root } from './setup.mjs';

await ensureInstalled();
const { runnerImport } = await import('vite');
const { module } = await runnerImport(join(root, 'server/docs/metrics.ts'), {
  root,
  configFile: false,
  logLevel: 'warn',
});
writeFileSync(join(root, 'docs/metrics.md'), module.metricsMarkdown());
