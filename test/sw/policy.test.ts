import { describe, expect, test } from 'vitest';
import { answerFor, type Ask } from '../../src/sw/policy.ts';

const origin = 'https://haversack.test';
const precached = ['/index.html', '/assets/app-1a2b.js', '/manifest.webmanifest'];
const place = { origin, isPrecached: (url: URL) => precached.includes(url.pathname) };

function answer(path: string, change: Partial<Ask> = {}) {
  const url = new URL(path, origin);
  return answerFor({ method: 'GET', url, mode: 'same-origin', range: null, ...change }, place);
}

describe('a navigation', () => {
  test.each(['/', '/index.html', '/library', '/use/digits?version=2', '/v2x'])(
    'to %s gets the shell',
    path => {
      expect(answer(path, { mode: 'navigate' })).toBe('shell');
    },
  );

  test.each([
    '/registry/v1/models',
    '/v2/health/ready',
    '/v2',
    '/v1/models',
    '/docs/errors',
    '/docs',
    '/metrics',
  ])('to %s, the server’s own, is the network’s', path => {
    expect(answer(path, { mode: 'navigate' })).toBe('pass');
  });

  test('to a file gets the file', () => {
    expect(answer('/manifest.webmanifest', { mode: 'navigate' })).toBe('precached');
    expect(answer('/ca.pem', { mode: 'navigate' })).toBe('pass');
  });
});

describe('a file', () => {
  test('of this build comes from the cache it was installed into', () => {
    expect(answer('/assets/app-1a2b.js')).toBe('precached');
  });

  test('of the runtime comes from the cache it was put into on purpose', () => {
    expect(answer('/assets/ort-wasm-simd-threaded-9f.wasm')).toBe('runtime');
  });

  test('that is the runtime’s list comes from the network first', () => {
    expect(answer('/runtime.json')).toBe('runtime-list');
  });

  test('of anything else is the network’s', () => {
    expect(answer('/sw.js')).toBe('pass');
    expect(answer('/robots.txt')).toBe('pass');
  });
});

test('a question of the protocol is the twin’s, whatever its method; a reader who goes there sees the server', () => {
  for (const method of ['GET', 'HEAD', 'POST']) {
    expect(answer('/v2/models/iris/infer', { method, mode: 'cors' })).toBe('twin');
  }
  expect(answer('/v1/models/iris:predict', { method: 'POST' })).toBe('twin');
  expect(answer('/v2/models/iris', { mode: 'navigate' })).toBe('pass');
  expect(answer('https://elsewhere.test/v2/models/iris', { method: 'POST' })).toBe('pass');
});

test('the page that others embed comes with the headers that the server gives it now', () => {
  expect(answer('/embed.html', { mode: 'navigate' })).toBe('frame');
  expect(answer('/embed.html', { mode: 'cors' })).toBe('frame');
});

test('what is no plain GET of this origin is the network’s', () => {
  expect(answer('/assets/app-1a2b.js', { method: 'HEAD' })).toBe('pass');
  expect(answer('/library', { method: 'POST', mode: 'navigate' })).toBe('pass');
  expect(answer('/assets/ort-wasm-simd-threaded-9f.wasm', { range: 'bytes=0-9' })).toBe('pass');
  expect(answer('https://elsewhere.test/assets/app-1a2b.js')).toBe('pass');
  expect(answer('/registry/v1/chunks/00')).toBe('pass');
});
