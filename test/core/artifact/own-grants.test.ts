import { expect, test } from 'vitest';
import type { Grant } from '../../../src/core/artifact/grant.ts';
import { differFromRole } from '../../../src/core/artifact/own-grants.ts';
import type { Role } from '../../../src/core/artifact/role.ts';

test.each<[string, Grant[], Role | null, boolean]>([
  ['the same', [{ model: '*', rights: ['write', 'read', 'predict'] }], 'trainer', false],
  ['the same in two', [grant('*', 'read'), grant('*', 'predict')], 'device', false],
  [
    'the same, said again of one',
    [grant('*', 'read'), grant('*', 'predict'), grant('iris', 'read')],
    'device',
    false,
  ],
  ['all, of an admin', [grant('*', 'admin')], 'admin', false],
  ['less', [grant('*', 'read')], 'trainer', true],
  ['less, on one model', [{ model: 'digits', rights: ['read', 'predict'] }], 'device', true],
  ['more on one model', [...deviceGrants(), grant('digits', 'write')], 'device', true],
  ['something, where there is no role', [grant('digits', 'read')], null, true],
])('grants that give %s', (_, grants, role, differ) => {
  expect(differFromRole(grants, role)).toBe(differ);
});

function grant(model: string, right: Grant['rights'][number]): Grant {
  return { model, rights: [right] };
}

function deviceGrants(): Grant[] {
  return [{ model: '*', rights: ['read', 'predict'] }];
}
