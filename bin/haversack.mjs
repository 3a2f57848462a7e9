#!/usr/bin/env node
// The `haversack` command: sets up and builds what is missing (told on stderr), then hands over to the built CLI.
import { ensureBuilt } from '../scripts/build.mjs';
import { ensureInstalled } from '../scripts/setup.mjs';

await ensureInstalled();
await ensureBuilt();
const { main } = await import('../dist/server/cli.js');
await main(process.argv.slice(2));
