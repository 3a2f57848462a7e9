// A server that is killed at a chosen point of its writing, over and over, while somebody works with it: what it said was
// done must be there ever after, and nothing may be half there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { toFailure } from '../../../src/core/errors.ts';
import { verifyData } from '../../../server/registry/verify.ts';
import { readDatabase } from '../../../server/storage/database.ts';
import { type Acknowledged, nothingYet, work } from './work.ts';

const root = join(import.meta.dirname, '../../..');
const hook = pathToFileURL(join(import.meta.dirname, 'kill-at.mjs')).href;
/** Then the next life begins in an empty folder, so that the first start is killed as well. */
const livesPerFolder = 12;

export interface Sweep {
  /** The built `main.js`. */
  readonly program: string;
  readonly kills: number;
}

export interface Swept {
  /** Points at which a life writes: the first in a folder, and one after it. */
  readonly points: Points;
  /** Lives that were ended at a point; the others did all of their work before it. */
  readonly killed: number;
  readonly acknowledged: number;
  /** One line a fault: after which kill, and what. */
  readonly faults: readonly string[];
}

interface Points {
  readonly first: number;
  readonly later: number;
}

/** Spreads the kills evenly over the points of a life. */
export async function sweep({ program, kills }: Sweep): Promise<Swept> {
  const points = await pointsOfLives(program);
  const faults: string[] = [];
  let [killed, acknowledged] = [0, 0];
  for (let first = 0; first < kills; first += livesPerFolder) {
    const data = await mkdtemp(join(tmpdir(), 'haversack-crash-'));
    const done = nothingYet();
    for (let life = first; life < Math.min(first + livesPerFolder, kills); life += 1) {
      // Neighbouring lives far apart, so that every folder sees all kinds of points.
      const share = ((life * 7919) % kills) / kills;
      const at = 1 + Math.floor(share * (life === first ? points.first : points.later));
      const ended = await live(program, data, at, done);
      if (ended === 'killed') killed += 1;
      for (const fault of await faultsOf(data, done)) faults.push(`killed at point ${at}: ${fault}`);
    }
    acknowledged += done.versions.size + done.aliases.size + done.documents.size;
    await rm(data, { recursive: true, force: true });
  }
  return { points, killed, acknowledged, faults };
}

async function pointsOfLives(program: string): Promise<Points> {
  const folder = await mkdtemp(join(tmpdir(), 'haversack-crash-'));
  const [data, countFile] = [join(folder, 'data'), join(folder, 'points')];
  const count = async () => {
    await live(program, data, 0, nothingYet(), countFile);
    return Number(await readFile(countFile, 'utf8'));
  };
  const points = { first: await count(), later: await count() };
  await rm(folder, { recursive: true, force: true });
  return points;
}

async function live(
  program: string,
  data: string,
  killAt: number,
  done: Acknowledged,
  countFile = '',
): Promise<'killed' | 'worked'> {
  const options = { port: 0, host: '127.0.0.1', demo: false, lan: false, tls: null, data };
  const script = `import(${JSON.stringify(pathToFileURL(program).href)}).then(m => m.serve(${JSON.stringify(options)}))`;
  const child = spawn(process.execPath, ['--import', hook, '--input-type=module', '-e', script], {
    cwd: root,
    env: { ...process.env, HAVERSACK_KILL_AT: String(killAt), HAVERSACK_COUNT_FILE: countFile },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const url = await addressOf(child.stdout, ended);
  if (url !== null) {
    try {
      await work(url, data, done);
    } catch (thrown) {
      // The line broke, as it must; all else is the server's fault.
      if (toFailure(thrown).code !== 'Offline') {
        child.kill('SIGKILL');
        throw thrown;
      }
    }
  }
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  await ended;
  return child.signalCode === 'SIGKILL' ? 'killed' : 'worked';
}

async function addressOf(
  output: AsyncIterable<Buffer | string>,
  ended: Promise<unknown>,
): Promise<string | null> {
  let said = '';
  const read = async () => {
    for await (const part of output) {
      said += part.toString();
      const url = /ready: (\S+)/.exec(said)?.[1];
      if (url !== undefined) return url;
    }
    return null;
  };
  return Promise.race([read(), ended.then(() => null)]);
}

async function faultsOf(data: string, done: Acknowledged): Promise<string[]> {
  const nothing = done.versions.size + done.aliases.size + done.documents.size === 0;
  let bad: readonly string[];
  try {
    ({ bad } = await verifyData(data));
  } catch (thrown) {
    // Killed in its first moments: there may be no registry yet, as long as nothing was said to be in it.
    return nothing ? [] : [toFailure(thrown).detail];
  }
  return [...bad, ...(await lost(data, done))];
}

/** What was acknowledged and is not there. */
async function lost(data: string, { versions, aliases, documents }: Acknowledged): Promise<string[]> {
  const database = readDatabase(join(data, 'registry.sqlite'));
  try {
    const stored = await database.selectFrom('versions').select(['model', 'version', 'digest']).execute();
    const digests = new Map(stored.map(row => [`${row.model}@${row.version}`, row.digest]));
    const rows = await database.selectFrom('aliases').select(['model', 'alias', 'revision']).execute();
    const revisions = new Map(rows.map(row => [`${row.model}@${row.alias}`, row.revision]));
    const reports = await database.selectFrom('reports').select('digest').execute();
    const samples = await database.selectFrom('samples').select('digest').execute();
    const kept = new Set([...reports, ...samples].map(row => row.digest));
    return [
      ...[...versions]
        .filter(([name, digest]) => digests.get(name) !== digest)
        .map(([name]) => `${name} is lost`),
      ...[...aliases]
        .filter(([name, revision]) => (revisions.get(name) ?? 0) < revision)
        .map(([name, revision]) => `${name} at revision ${revision} is lost`),
      ...[...documents].filter(digest => !kept.has(digest)).map(digest => `document ${digest} is lost`),
    ];
  } finally {
    await database.destroy();
  }
}
