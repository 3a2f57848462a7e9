// Gets a browser onto this machine for tests that need one. Which, and where it lies then, the caller knows.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * The browser that a variable of the environment names, else the first there is of the usual ones. What somebody named is what they
 * wanted: another is no stand-in for it.
 * @param {string} variable
 * @param {readonly string[]} usual paths
 * @returns {string} its path; empty where there is none
 * @throws Error where the variable names what is not there
 */
export function browserNamedOr(variable, usual) {
  const named = process.env[variable];
  if (named && !existsSync(named)) {
    throw new Error(`${variable} names ${named}, and there is no such file. Correct it, or leave it out.`);
  }
  return named || (usual.find(path => existsSync(path)) ?? '');
}

/** What `find` finds. Ends the process, with what it says, where it throws. */
export function orEnd(find) {
  try {
    return find();
  } catch (thrown) {
    console.error(thrown.message);
    return process.exit(1);
  }
}

/** Commands that install packages of Debian's; none where this is no Debian, or nobody who may. */
export function aptCommands(packages) {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return [];
  return [
    ['apt-get', ['update']],
    ['apt-get', ['install', '-y', '--no-install-recommends', ...packages]],
  ];
}

/** Runs the commands until the browser is found. @returns {boolean} whether it is */
export function installBrowser({ name, find, commands }) {
  for (const [command, args] of commands) {
    console.log(`No ${name} here yet: ${command} ${args.join(' ')}`);
    spawnSync(command, args, {
      stdio: 'inherit',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (find()) return true;
  }
  return false;
}
