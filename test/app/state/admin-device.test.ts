import { expect, test } from 'vitest';
import { changeOf, formKey } from '../../../src/app/state/admin-device.ts';
import type { Grant } from '../../../src/core/artifact/grant.ts';

const digits: Grant[] = [{ model: 'digits', rights: ['read'] }];
const rights = { role: 'trainer', groups: ['north'], grants: null } as const;
const approved = { ...rights, groups: ['north'], status: 'approved' as const };

test('sends the groups alone where they alone were changed, so that narrowed rights stay narrow', () => {
  expect(changeOf(approved, { ...approved, groups: ['south'] })).toEqual({ groups: ['south'] });
});

test('sends a role, and grants, that were changed, and nothing beside', () => {
  expect(changeOf(approved, { ...approved, role: 'device' })).toEqual({ role: 'device' });
  expect(changeOf(approved, { ...approved, grants: digits })).toEqual({ grants: digits });
  expect(changeOf({ ...approved, grants: digits }, approved)).toEqual({ grants: null });
});

test('has nothing to send where nothing was changed of a device that is in', () => {
  expect(changeOf(approved, approved)).toBe(null);
});

test('lets one in that waits, with what it has', () => {
  const pending = { status: 'pending', role: null, groups: [], grants: digits } as const;
  const waiting = { ...pending, groups: [] };
  expect(changeOf(waiting, { ...waiting, role: 'device' })).toEqual({ status: 'approved', role: 'device' });
});

test('gives all anew to one that was shut out, which keeps nothing', () => {
  const form = { role: 'device' as const, groups: ['north'], grants: digits };
  expect(changeOf({ ...approved, grants: digits, status: 'revoked' }, form)).toEqual({
    status: 'approved',
    ...form,
  });
});

test('a form begins anew when what it shows changes under it', () => {
  const key = formKey(approved);
  expect(formKey({ ...approved })).toBe(key);
  const changes = [
    { status: 'pending' },
    { role: 'device' },
    { groups: [] as string[] },
    { grants: digits },
  ] as const;
  for (const change of changes) expect(formKey({ ...approved, ...change })).not.toBe(key);
});
