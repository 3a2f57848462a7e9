import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { haversack } from '../server/cli/captured.ts';
import { startServer } from '../server/support.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const variable = /\b(?:HAVERSACK_[A-Z_]+[A-Z]|PORT|HOST|LOG_[A-Z_]+[A-Z])\b/g;

/** Those that `serve` reads, by its own help. */
let known: ReadonlySet<string>;
beforeAll(async () => {
  const { out } = await haversack(root, ['serve', '--help']);
  known = new Set(out.match(variable));
  expect(known.size).toBeGreaterThan(8);
});

/** Ours; NODE_ENV and the like are Node's. */
function assertKnown(names: Iterable<string>): void {
  for (const name of names) {
    if (/^(HAVERSACK_|PORT$|HOST$|LOG_)/.test(name)) expect([...known], name).toContain(name);
  }
}

describe('the image', () => {
  /** Instructions, with their continued lines joined. */
  const lines = read('deploy/Dockerfile')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'));
  const of = (name: string) =>
    lines.filter(line => line.startsWith(`${name} `)).map(line => line.slice(name.length + 1));
  const last = lines.slice(lines.findLastIndex(line => line.startsWith('FROM ')));

  it('copies what is there, and starts what it copied', () => {
    const sources = of('COPY')
      .filter(line => !line.startsWith('--from') && line !== '. .')
      .flatMap(line => line.split(' ').slice(0, -1));
    for (const path of sources) expect(existsSync(join(root, path)), path).toBe(true);
    for (const file of ['deploy/haversack.mjs', 'deploy/healthy.mjs']) {
      expect(sources).toContain(file);
      expect(last.join('\n')).toContain(`"/app/${file}"`);
    }
  });

  it('is of a Node that the project takes, the same to build and to run', () => {
    const bases = new Set(of('FROM').map(line => line.split(' ')[0]));
    expect([...bases]).toEqual(['node:20-slim']);
    expect(read('package.json')).toContain('"node": ">=20.19"');
  });

  it('says port, names and folders as the code has them', () => {
    const env = Object.fromEntries(
      [...last.join(' ').matchAll(/\b([A-Z][A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name!, value!]),
    );
    assertKnown(Object.keys(env));
    expect(of('EXPOSE')).toEqual([env['PORT']]);
    expect(of('VOLUME')).toEqual([env['HAVERSACK_DATA']]);
    expect(read('server/cli/serve.ts')).toContain(`defaultPort = ${env['PORT']!}`);
  });

  it('runs as nobody in particular, and is asked how it is', () => {
    expect(last).toContain('USER node');
    expect(last.findIndex(line => line.startsWith('ENTRYPOINT'))).toBeGreaterThan(last.indexOf('USER node'));
    expect(last.some(line => line.startsWith('HEALTHCHECK '))).toBe(true);
  });

  it('leaves out only packages that the server does not load', () => {
    const removed = [...lines.join('\n').matchAll(/node_modules\/(@?[\w-]+)(?= |$)/g)].map(
      ([, name]) => name!,
    );
    expect(removed.length).toBeGreaterThan(2);
    const { stdout } = spawnSync(
      'grep',
      ['-rhoE', "(from|import\\()\\s*'[^.'][^']*'", 'server', 'src/core', 'src/client'],
      {
        cwd: root,
        encoding: 'utf8',
      },
    );
    expect(stdout).toContain("'onnxruntime-node'");
    for (const name of removed) expect(stdout, name).not.toMatch(new RegExp(`'${name}(/|')`));
  });

  it('answers its health check, and fails it where nothing listens', async () => {
    const server = await startServer();
    await server.app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = server.app.server.address() as { port: number };
    expect(await healthy(port)).toBe(0);
    await server.close();
    expect(await healthy(port)).toBe(1);
  });
});

async function healthy(port: number): Promise<number | null> {
  const check = spawn(process.execPath, [join(root, 'deploy/healthy.mjs')], {
    env: { PORT: String(port) },
    stdio: 'ignore',
  });
  const [code] = (await once(check, 'exit')) as [number | null];
  return code;
}

describe('the compose file', () => {
  const text = read('deploy/compose.yaml');

  it('builds the image there is, and publishes its port on this machine only', () => {
    const [, context] = /context: (\S+)/.exec(text)!;
    const [, file] = /dockerfile: (\S+)/.exec(text)!;
    expect(existsSync(resolve(root, 'deploy', context!, file!))).toBe(true);
    const [, address, , inside] = /- '([\d.]+):(\d+):(\d+)'/.exec(text)!;
    expect(address).toBe('127.0.0.1');
    expect(read('deploy/Dockerfile')).toContain(`EXPOSE ${inside!}`);
    expect(text).toContain('- data:/data');
  });

  it('sets variables that there are', () => {
    const names = [...text.matchAll(/^ {6}([A-Z][A-Z_]+):/gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(2);
    assertKnown(names);
  });
});

describe('the systemd unit', () => {
  const text = read('deploy/haversack.service');
  const settings = (key: string) =>
    [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value!);

  it('starts what is there, with variables that there are', () => {
    const [command] = settings('ExecStart');
    const [folder] = settings('WorkingDirectory');
    const [, script] = command!.split(' ');
    expect(existsSync(join(root, script!.slice(folder!.length)))).toBe(true);
    const [page] = settings('Documentation');
    expect(existsSync(join(root, page!.slice(`file:${folder!}`.length)))).toBe(true);
    assertKnown(settings('Environment').map(line => line.split('=')[0]!));
  });

  it('gives it as long to end as what is under way may take', () => {
    const drain = Number(/HAVERSACK_DRAIN_SECONDS=(\d+)/.exec(text)![1]);
    expect(Number(settings('TimeoutStopSec')[0])).toBeGreaterThan(drain + 30);
  });

  it('is what systemd takes', context => {
    if (spawnSync('systemd-analyze', ['--version']).status !== 0) {
      context.skip(
        'systemd-analyze is not on this machine: nothing here can say whether the unit is well formed',
      );
    }
    const folder = mkdtempSync(join(tmpdir(), 'haversack-unit-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const unit = join(folder, 'haversack.service');
    writeFileSync(unit, text.replace('/usr/bin/node', process.execPath));
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
  });
});

describe('the page about running a server', () => {
  const text = read('docs/deploying.md');

  it('lists every variable that serve reads, and no other', () => {
    const rows = text.split('\n').filter(line => line.startsWith('| `'));
    const listed = new Set(rows.flatMap(row => row.split('|')[1]!.match(variable) ?? []));
    listed.delete('HAVERSACK_UPSTREAM');
    expect([...listed].sort()).toEqual([...known].sort());
  });

  it('names metrics that there are, and files', () => {
    const metrics = read('docs/metrics.md');
    for (const [name] of text.matchAll(/\bhaversack_[a-z_]+/g)) {
      expect(metrics, name).toContain(`\`${name.replace(/_bucket$/, '')}\``);
    }
    for (const [, page] of text.matchAll(/\]\(([\w-]+\.md)\)/g)) {
      expect(existsSync(join(root, 'docs', page!)), page).toBe(true);
    }
    for (const [file] of text.matchAll(/deploy\/[\w.]+/g)) {
      expect(existsSync(join(root, dirname(file), file.split('/')[1]!)), file).toBe(true);
    }
  });
});
