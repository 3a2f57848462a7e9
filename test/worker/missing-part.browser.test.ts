// What a worker answers where a part of the app that it imports does not arrive, as this browser tells it.
import { expect, test } from 'vitest';
import { answer } from '../../src/worker/answer.ts';

test('a part that cannot be fetched is told as such, and not as a bad model', async () => {
  // No such port is ever open to a page: fetching it fails at once, as without a network.
  const away = 'http://127.0.0.1:9/project-examples-abc.js';
  const answered = await answer(() => import(/* @vite-ignore */ away), 'ModelInvalid');
  expect(answered).toMatchObject({ ok: false, error: { code: 'Offline' } });
  expect(answered).toHaveProperty('error.detail', expect.stringContaining('not on this device yet'));
  expect(answered).toHaveProperty('error.detail', expect.stringContaining('(project-examples-abc.js)'));
});

test('a part that breaks when it is run is not taken for one that is missing', async () => {
  const broken = URL.createObjectURL(new Blob(['null.x'], { type: 'text/javascript' }));
  const answered = await answer(() => import(/* @vite-ignore */ broken), 'ModelInvalid');
  URL.revokeObjectURL(broken);
  expect(answered).toMatchObject({ ok: false, error: { code: 'ModelInvalid' } });
});
