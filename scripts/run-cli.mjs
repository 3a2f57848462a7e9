// Runs a built CLI in a process of its own: `node scripts/run-cli.mjs BUNDLE VERB …`. `npm run dev` starts the server so.
import { pathToFileURL } from 'node:url';

const [bundle, ...args] = process.argv.slice(2);
const { main } = await import(pathToFileURL(bundle).href);
await main(args);
