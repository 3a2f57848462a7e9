// Gets a browser onto this machine for tests that need one. Which, and where it lies then, the caller knows.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

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
