import { beforeAll, expect, test, vi } from 'vitest';

// The router reads the address when it is loaded; Node has none.
vi.stubGlobal('location', { hash: '' });
let router: typeof import('../../src/app/router.ts');
beforeAll(async () => {
  router = await import('../../src/app/router.ts');
});

test('an address names a place and a model', () => {
  expect(router.parseRoute('#/teach/digits')).toEqual({ place: 'teach', model: 'digits', below: ['digits'] });
  expect(router.parseRoute('#/library')).toEqual({ place: 'library', model: null, below: [] });
});

test('what stands below Admin is its own, and no model', () => {
  const below = ['models', 'digits', 'versions', '3'];
  expect(router.parseRoute(router.href('admin', below))).toEqual({ place: 'admin', model: null, below });
});

test('an unknown or broken address opens Use, without a model', () => {
  const use = { place: 'use', model: null, below: [] };
  expect(router.parseRoute('')).toEqual(use);
  expect(router.parseRoute('#/nowhere/digits')).toEqual(use);
  expect(router.parseRoute('#/use/%E0%A4%A')).toEqual(use);
});

test('what follows a question mark is for whoever asks', () => {
  expect(router.parseRoute('#/settings?enrol=ABC')).toEqual({ place: 'settings', model: null, below: [] });
  expect(router.parseRoute('#/use/digits?a=/b')).toEqual({
    place: 'use',
    model: 'digits',
    below: ['digits'],
  });
});

test('what href writes, parseRoute reads', () => {
  for (const place of router.places) {
    expect(router.parseRoute(router.href(place, 'a.b-c_1'))).toMatchObject({ place, below: ['a.b-c_1'] });
  }
});
