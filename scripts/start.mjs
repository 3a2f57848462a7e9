// `npm start [-- flags]`: sets up and builds what is missing, then serves, in this one process.
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './setup.mjs';

await ensureInstalled();
await ensureBuilt();
const { main } = await import('../dist/server/cli.js');
await main(['serve', ...process.argv.slice(2)]);
