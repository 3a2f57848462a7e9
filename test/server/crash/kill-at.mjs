// Preloaded into a server (`node --import`): ends it as a power cut would, at the n-th point at which it writes: just before
// or just after a file is opened, written, synced, renamed or removed, or a statement changes the database.
import { promises, writeFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const killAt = Number(process.env.HAVERSACK_KILL_AT ?? 0);
const countFile = process.env.HAVERSACK_COUNT_FILE;
let points = 0;

function point() {
  points += 1;
  if (points === killAt) process.kill(process.pid, 'SIGKILL');
}

/** @param {(...args: unknown[]) => Promise<unknown>} write */
function around(write) {
  return async function (...args) {
    point();
    const result = await write.apply(this, args);
    point();
    return result;
  };
}

for (const name of ['rename', 'rm', 'unlink', 'mkdir', 'copyFile']) promises[name] = around(promises[name]);
const open = promises.open;
promises.open = async (...args) => {
  const handle = await open(...args);
  if (typeof args[1] === 'string' && args[1] !== 'r') {
    point();
    for (const name of ['writeFile', 'write', 'sync']) handle[name] = around(handle[name]);
  }
  return handle;
};
syncBuiltinESMExports();

const Libsql = createRequire(import.meta.url)('libsql');
const prepare = Libsql.prototype.prepare;
Libsql.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  if (/^\s*(select|pragma)/i.test(sql)) return statement;
  for (const name of ['run', 'all']) {
    const execute = statement[name];
    statement[name] = function (...args) {
      point();
      const result = execute.apply(this, args);
      point();
      return result;
    };
  }
  return statement;
};

if (countFile) process.on('exit', () => writeFileSync(countFile, String(points)));
