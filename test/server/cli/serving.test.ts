import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { classifier } from '../models.ts';
import { haversack, startedServer } from './captured.ts';

let server: Awaited<ReturnType<typeof startedServer>>;
const run = (...args: string[]) => haversack(server.folder, args, { env: { HAVERSACK_URL: server.url } });

beforeAll(async () => {
  server = await startedServer();
  const file = join(server.folder, 'sides.onnx');
  await writeFile(file, classifier());
  expect((await run('push', file, '--model', 'sides')).err).not.toContain('failed');
});
afterAll(() => server.close());

it('shows how a model is served, and changes what is named', async () => {
  expect((await run('serving', 'sides')).out).toBe(
    [
      'sides',
      '  runs together  at most 64',
      '  waiting        at most 256',
      '  deadline       30000 ms',
      '  kept answers   none',
      '',
    ].join('\n'),
  );
  const changed = await run(
    'serving',
    'sides',
    '--max-delay',
    '2.5',
    '--cache',
    '3',
    '--why',
    'a test',
    '--json',
  );
  expect(JSON.parse(changed.out)).toMatchObject({
    model: 'sides',
    maxBatch: 64,
    maxDelayMs: 2.5,
    cacheBytes: 3 * 2 ** 20,
  });
  expect((await run('serving', 'sides', '--max-queue', '5')).out).toContain(
    'the first waits 2.5 ms for others\n  waiting        at most 5\n',
  );
  expect((await run('serving', 'sides', '--cache', '0')).out).toContain('kept answers   none');
  expect((await run('audit', 'sides')).out).toContain('maxDelayMs 0 → 2.5, cacheBytes 0 → 3145728');
});

it('says what it does not take', async () => {
  for (const [args, words] of [
    [['sides', '--max-batch', '5000'], 'maxBatch'],
    [['sides', '--max-delay', 'long'], 'a number of milliseconds'],
    [['none'], 'there is no model none'],
  ] as const) {
    const { code, err } = await run('serving', ...args);
    expect([code, err]).toEqual([args[0] === 'none' ? 1 : 2, expect.stringContaining(words)]);
  }
});
