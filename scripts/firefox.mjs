// `npm run firefox [-- --only NAME --shots DIR]`: the app and exported pages in a stock Firefox, headless, against the real server.
// Installs a Firefox where it can and there is none, and builds. A line a scenario; ends with 1 where one failed. Not part of
// `npm test`, which needs one browser and not two.
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled, root } from './setup.mjs';

const folder = 'test/firefox';
const suffix = '.firefox.ts';
const scenarios = readdirSync(join(root, folder))
  .filter(name => name.endsWith(suffix))
  .map(name => name.slice(0, -suffix.length));

const help = `npm run firefox [-- --only NAME] [--shots DIR]

Runs the app and exported pages in a stock Firefox against a server on this machine.

  --only NAME   these scenarios alone, as often as wanted: ${scenarios.join(', ')}
  --shots DIR   leaves pictures of what was seen there
  --help        this

HAVERSACK_FIREFOX names the Firefox to run, where it is not the system's.`;

/** @returns {never} */
function refuse(line) {
  console.error(`${line}\n\n${help}`);
  process.exit(2);
}

function given() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string', multiple: true, default: [] },
        shots: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (thrown) {
    return refuse(thrown.message);
  }
}

const { only, shots, help: wantsHelp } = given();
if (wantsHelp) {
  console.log(help);
  process.exit(0);
}
const unknown = only.filter(name => !scenarios.includes(name));
if (unknown.length > 0) refuse(`There is no scenario ${unknown.join(', ')}.`);

await ensureInstalled();
const { ensureFirefox } = await import('./find-firefox.mjs');
ensureFirefox();
await ensureBuilt();
/** As it was meant where the command was given: npm goes to the project's own folder. */
const shotsFolder = shots && resolve(process.env.INIT_CWD ?? '.', shots);
if (shotsFolder) mkdirSync(shotsFolder, { recursive: true });

const { local, run } = await import('./run-tests.mjs');
const files = only.map(name => `${folder}/${name}${suffix}`);
const arguments_ = ['run', '--project', 'firefox', '--reporter=verbose', '--no-file-parallelism', ...files];
const env = shotsFolder ? { HAVERSACK_SHOTS: shotsFolder } : {};
process.exit((await run(root, local('vitest'), arguments_, env)) ? 0 : 1);
