import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runApart, runTests } from '../../scripts/run-tests.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'haversack-run-tests-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const passes = `test('passes', () => {});`;
const fails = `test('never passes', () => { throw new Error('for good'); });`;
/** Leaves a mark when it fails, and then passes. */
const failsOnce = (file: string) => `
  import { existsSync, writeFileSync } from 'node:fs';
  test('passes the second time', () => {
    const mark = ${JSON.stringify(file)};
    if (existsSync(mark)) return;
    writeFileSync(mark, '');
    throw new Error('this once');
  });`;

/** @param files bodies of test files, by name without its ending */
async function runOf(files: Readonly<Record<string, string>>) {
  for (const [name, body] of Object.entries(files)) writeFileSync(join(root, `${name}.test.js`), body);
  const notes: string[] = [];
  const counts = await runTests({
    root,
    reports: join(root, 'reports'),
    name: 'small',
    arguments: ['--globals', '--root', root],
    note: text => notes.push(text),
  });
  return { ...counts, notes: notes.join('\n') };
}

describe('a run of tests', () => {
  it('that fails nowhere has nothing to tell', async () => {
    expect(await runOf({ one: passes, two: passes })).toEqual({ passed: 2, failed: 0, notes: '' });
  });

  it('that fails by accident passes the second time, and says which test it was', async () => {
    const { passed, failed, notes } = await runOf({ one: passes, two: failsOnce(join(root, 'mark')) });
    expect({ passed, failed }).toEqual({ passed: 2, failed: 0 });
    expect(notes).toContain('failed in small: two.test.js › passes the second time');
    expect(notes).toContain('passed when tried again in small: two.test.js');
    expect(notes).toContain('this once');
  });

  it('that fails again has failed', async () => {
    const { passed, failed, notes } = await runOf({ one: passes, two: fails });
    expect({ passed, failed }).toEqual({ passed: 1, failed: 1 });
    expect(notes).toContain('failed again in small: two.test.js › never passes');
  });

  it('that fails in many files is not tried again', async () => {
    const many = ['a', 'b', 'c', 'd'].map(name => [name, failsOnce(join(root, name))]);
    const { passed, failed, notes } = await runOf(Object.fromEntries(many) as Record<string, string>);
    expect({ passed, failed }).toEqual({ passed: 0, failed: 4 });
    expect(notes).not.toContain('again');
  });

  it('with an error that nobody caught has failed, whatever else is steady when it is tried again', async () => {
    const throws = `test('passes', async () => {
      setTimeout(() => { throw new Error('caught by nobody'); });
      await new Promise(resolve => setTimeout(resolve, 50));
    });`;
    const { failed, notes } = await runOf({ one: throws, two: failsOnce(join(root, 'mark')) });
    expect(failed).toBe(2);
    expect(notes).toContain('caught by nobody');
    expect(notes).not.toContain('again');
  });

  it('whose file cannot be read has failed', async () => {
    const { failed, notes } = await runOf({ one: passes, two: 'this is no program' });
    expect(failed).toBe(1);
    expect(notes).toContain('two.test.js › (the file)');
  });

  it('of nothing has failed', async () => {
    expect((await runOf({})).failed).toBe(1);
  });
});

describe('a check', () => {
  it('that runs beside another is heard when it has ended, both of its streams', async () => {
    const script = `console.log('found it'); console.error('warned'); process.exit(3);`;
    expect(await runApart(root, process.execPath, ['-e', script])).toEqual({
      wentWell: false,
      said: expect.stringMatching(/^(?:found it\nwarned\n|warned\nfound it\n)$/),
    });
    expect(await runApart(root, process.execPath, ['-e', ''])).toEqual({ wentWell: true, said: '' });
  });

  it('whose program is not there has failed, and says so', async () => {
    const { wentWell, said } = await runApart(root, join(root, 'absent'), []);
    expect({ wentWell, said }).toEqual({ wentWell: false, said: expect.stringContaining('ENOENT') });
  });
});
