import { beforeAll, expect, test, vi } from 'vitest';

// The router reads the address when it is loaded; Node has none.
vi.stubGlobal('location', { hash: '' });
let router: typeof import('../../src/app/router.ts');
beforeAll(async () => {
  router = await import('../../src/app/router.ts');
});

test('an address names a place and a model', () => {
  expect(router.parseRoute('#/teach/digits')).toEqual({ place: 'teach', model: 'digits' });
  expect(router.parseRoute('#/library')).toEqual({ place: 'library', model: null });
});

test('an unknown or broken address opens Use, without a model', () => {
  expect(router.parseRoute('')).toEqual({ place: 'use', model: null });
  expect(router.parseRoute('#/nowhere/digits')).toEqual({ place: 'use', model: null });
  expect(router.parseRoute('#/use/%E0%A4%A')).toEqual({ place: 'use', model: null });
});

test('what href writes, parseRoute reads', () => {
  for (const place of router.places) {
    expect(router.parseRoute(router.href(place, 'a.b-c_1'))).toEqual({ place, model: 'a.b-c_1' });
  }
});
