import { beforeAll, expect, test, vi } from 'vitest';

// The router reads the address when it is loaded; Node has none.
vi.stubGlobal('location', { hash: '' });
let admin: typeof import('../../../src/app/screens/admin/section.ts');
let router: typeof import('../../../src/app/router.ts');
beforeAll(async () => {
  admin = await import('../../../src/app/screens/admin/section.ts');
  router = await import('../../../src/app/router.ts');
});
const at = (hash: string) => admin.sectionOf(router.parseRoute(hash).below);

test('every part of Admin is found again under its own address', () => {
  const { to } = admin;
  expect(at(to.models())).toEqual({ at: 'models' });
  expect(at(to.upload())).toEqual({ at: 'upload' });
  expect(at(to.keys())).toEqual({ at: 'keys' });
  expect(at(to.live())).toEqual({ at: 'live' });
  expect(at(to.audit())).toEqual({ at: 'audit', subject: null });
  expect(at(to.audit('digits@3'))).toEqual({ at: 'audit', subject: 'digits@3' });
  expect(at(to.devices())).toEqual({ at: 'devices', device: null, find: '' });
  expect(at(to.devices('ab12'))).toEqual({ at: 'devices', device: 'ab12', find: '' });
  expect(at(to.devicesThat('digits@3'))).toEqual({ at: 'devices', device: null, find: 'digits@3' });
  const digits = { at: 'model', model: 'digits' };
  expect(at(to.model('digits'))).toEqual({ ...digits, part: 'versions', item: null });
  expect(at(to.model('digits', 'versions', 3))).toEqual({ ...digits, part: 'versions', item: '3' });
  expect(at(to.model('digits', 'rollout', 'canary'))).toEqual({ ...digits, part: 'rollout', item: 'canary' });
  expect(at(to.model('digits', 'about'))).toEqual({ ...digits, part: 'about', item: null });
});

test('what is not known is the list of models, or the versions of one', () => {
  expect(at('#/admin')).toEqual({ at: 'models' });
  expect(at('#/admin/nothing')).toEqual({ at: 'models' });
  expect(at('#/admin/models/digits/nothing')).toMatchObject({ model: 'digits', part: 'versions' });
});
