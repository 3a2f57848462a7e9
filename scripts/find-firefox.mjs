// Where Firefox is on this machine, and how it gets here. A stock one: it is driven by WebDriver BiDi, which every Firefox speaks.
import { aptCommands, browserNamedOr, installBrowser, orEnd } from './install-browser.mjs';

const usual = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/snap/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
];

/**
 * @returns {string} a Firefox's path; empty where there is none
 * @throws Error where `HAVERSACK_FIREFOX` names what is not there
 */
export function findFirefox() {
  return browserNamedOr('HAVERSACK_FIREFOX', usual);
}

/** Installs Debian's Firefox ESR where there is none. Says so, and ends the process, when that does not work. */
export function ensureFirefox() {
  if (orEnd(findFirefox)) return;
  const commands = aptCommands(['firefox-esr', 'fonts-noto-cjk', 'fonts-dejavu-core', 'fonts-liberation']);
  if (installBrowser({ name: 'Firefox', find: findFirefox, commands })) return;
  console.error('These tests need a Firefox, and there is none here.');
  console.error(
    'It is installed by itself only on Debian, by root, where the package archive can be reached.',
  );
  console.error('Install one (Debian: apt-get install firefox-esr), or name one in HAVERSACK_FIREFOX.');
  process.exit(1);
}
