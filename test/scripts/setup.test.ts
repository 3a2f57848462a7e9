import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

let folder: string;

/** A checkout of one package, which is installed in `version`, as npm notes it. */
function checkout(version: string, modules = join(folder, 'node_modules')): void {
  mkdirSync(join(folder, 'scripts'));
  cpSync('scripts/setup.mjs', join(folder, 'scripts/setup.mjs'));
  const lock = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages });
  writeFileSync(
    join(folder, 'package-lock.json'),
    lock({
      '': { name: 'small' },
      'node_modules/one': { version: '1.0.0' },
      'node_modules/for-mars': { version: '1.0.0', optional: true },
    }),
  );
  mkdirSync(join(modules, 'one'), { recursive: true });
  writeFileSync(join(modules, '.package-lock.json'), lock({ 'node_modules/one': { version } }));
}

/** With an npm that only says so, and is not to be called where nothing is missing. */
function setUp(): { code: number | null; said: string } {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'npm'), '#!/bin/sh\necho "npm $*"\n', { mode: 0o755 });
  const { status, stderr, stdout } = spawnSync(process.execPath, [join(folder, 'scripts/setup.mjs')], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
  });
  expect(stdout).toBe('');
  return { code: status, said: stderr };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haversack-setup-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
});

describe.skipIf(process.platform === 'win32')('the set-up', () => {
  it('takes what npm installed by hand as it is, other systems’ packages left out', () => {
    checkout('1.0.0');
    expect(setUp()).toEqual({ code: 0, said: '' });
  });

  it('installs what is missing, tells it on stderr, and does it once', () => {
    checkout('0.9.0');
    const first = setUp();
    expect(first.code).toBe(0);
    expect(first.said).toMatch(/^Installing [^]*npm ci [^]*Dependencies installed in \d+ s\.\n$/);
    expect(setUp()).toEqual({ code: 0, said: '' });
    writeFileSync(join(folder, 'package-lock.json'), '{"packages":{"node_modules/two":{"version":"2.0.0"}}}');
    expect(setUp().said).toContain('npm ci');
  });

  it('never installs through a link, which would empty another checkout', () => {
    const shared = join(folder, 'shared');
    checkout('0.9.0', shared);
    symlinkSync(shared, join(folder, 'node_modules'));
    const { code, said } = setUp();
    expect(code).toBe(1);
    expect(said.trimEnd().split('\n')).toHaveLength(3);
    expect(said).toContain(shared);
    expect(said).not.toContain('npm ci --');
    expect(existsSync(join(shared, 'one'))).toBe(true);
  });
});
