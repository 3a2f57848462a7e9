// Installs what package-lock.json names and node_modules lacks. Node's own modules only: it runs before any other is there.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const oldestNode = [20, 19];

/** One line on stderr, so that stdout stays for answers. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  say(`Haversack needs Node ${oldestNode.join('.')} or later.`);
  say(`This is Node ${process.versions.node} (${process.execPath}).`);
  say('Install a current Node from https://nodejs.org and run the command again.');
  process.exit(1);
}

function install() {
  const onWindows = process.platform === 'win32';
  return new Promise((resolve, reject) => {
    const npm = spawn(onWindows ? 'npm.cmd' : 'npm', ['ci', '--no-fund', '--no-audit'], {
      cwd: root,
      shell: onWindows,
      // The CPU library is in the package; its post-install would only fetch a GPU's.
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
      // npm writes on stdout; ours is for answers.
      stdio: ['ignore', process.stderr, process.stderr],
    });
    npm.once('error', reject);
    npm.once('exit', code => (code === 0 ? resolve() : reject(new Error(`npm ci ended with ${code}`))));
  });
}

/** `npm ci` empties the folder first; through a link it would empty that of another checkout. */
function refuseLink() {
  const folder = join(root, 'node_modules');
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  say('The dependencies are not those that package-lock.json names.');
  say(`node_modules is a link to ${readlinkSync(folder)}; installing would empty that folder.`);
  say('Remove the link and run the command again, or run `npm ci` where the link points to.');
  process.exit(1);
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

/**
 * Whether npm's own note of what it installed has every package of the lock file, in its version: then `npm install` was
 * run by hand, and there is nothing to do. Packages for other systems are optional, and absent.
 */
function isInstalled() {
  const read = path => JSON.parse(readFileSync(join(root, path), 'utf8')).packages;
  try {
    const there = read('node_modules/.package-lock.json');
    return Object.entries(read('package-lock.json')).every(
      ([path, { version, optional }]) => path === '' || optional || there[path]?.version === version,
    );
  } catch {
    return false;
  }
}

/**
 * Ends the process with a clear message where Node is too old; installs where node_modules is not what the lock file says.
 * @returns {Promise<boolean>} whether anything was installed
 */
export async function ensureInstalled() {
  checkNode();
  const stamp = join(root, 'node_modules/.haversack-lock');
  const hash = lockHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return false;
  if (isInstalled()) {
    writeFileSync(stamp, hash);
    return false;
  }
  refuseLink();
  say('Installing dependencies (the first time takes a minute or two) …');
  const started = Date.now();
  await install();
  writeFileSync(stamp, hash);
  say(`Dependencies installed in ${((Date.now() - started) / 1000).toFixed(0)} s.`);
  return true;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await ensureInstalled();
