import { describe, expect, it } from 'vitest';
import { tell, UsageError } from '../../../server/cli/failure.ts';
import { parseModelName } from '../../../server/cli/model-name.ts';
import { formatBytes, table } from '../../../server/cli/output.ts';
import { HaversackError } from '../../../src/core/errors.ts';

describe('table', () => {
  it('pads columns to their widest cell, numbers to the right', () => {
    expect(
      table(
        ['MODEL', 'N'],
        [
          ['digits', '1'],
          ['猫', '120'],
        ],
      ),
    ).toBe('MODEL     N\ndigits    1\n猫      120\n');
  });
});

describe('what others said', () => {
  it('moves no cursor and breaks no line', () => {
    const said = 'ok\u001b[2J\r\nROW';
    expect(table(['ANSWER'], [[said]])).toBe('ANSWER\nok\ufffd[2J\ufffd\ufffdROW\n');
    expect(tell(new HaversackError('Offline', said)).text).not.toMatch(/\u001b|\r/);
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [1_234_567, '1.2 MB'],
    [250_000_000, '250 MB'],
    [5e12, '5000 GB'],
  ])('%i is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('tell', () => {
  it.each([
    new HaversackError('Forbidden', 'role admin\nis wanted'),
    new UsageError('--share 7'),
    Object.assign(new Error('ENOENT'), { code: 'ENOENT', path: '/nowhere' }),
    new Error('a bug'),
    'a string',
  ])('says in three lines what, why, and what to do: %s', thrown => {
    expect(tell(thrown).text).toMatch(/^[^\n]+\n[^\n]+\n[^\n]+\n$/);
  });

  it('tells wrong usage from failure by the exit code', () => {
    expect(tell(new UsageError('x')).exitCode).toBe(2);
    expect(tell(new HaversackError('Offline', 'x')).exitCode).toBe(1);
  });
});

describe('a model’s name', () => {
  it.each([
    ['digits', { model: 'digits', at: null }],
    ['digits@2', { model: 'digits', at: 2 }],
    ['digits@canary', { model: 'digits', at: 'canary' }],
  ])('%s', (text, name) => expect(parseModelName(text)).toEqual(name));

  it.each(['', 'Digits', 'a@0', 'a@', 'a@1@2', 'a@b@c', 'a b'])('is not "%s"', text => {
    expect(() => parseModelName(text)).toThrow(UsageError);
  });
});
