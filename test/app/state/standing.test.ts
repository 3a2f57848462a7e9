import { afterEach, expect, test } from 'vitest';
import { callerSchema } from '../../../src/core/artifact/access-api.ts';
import { caller } from '../../../src/app/state/connection.ts';
import { mayOn } from '../../../src/app/state/standing.ts';

afterEach(() => {
  caller.value = null;
});

const device = { kind: 'device', status: 'approved', openReads: true };

test.each([
  ['nobody, before the registry was heard', null, false],
  ['a trainer, by its role', { ...device, role: 'trainer' }, true],
  ['a device that is only read to', { ...device, role: 'device' }, false],
  ['a device whose grants give it', { ...device, role: 'device', grants: [grant('digits', 'write')] }, true],
  [
    'a device whose grants give another',
    { ...device, role: 'device', grants: [grant('iris', 'write')] },
    false,
  ],
  ['a trainer whose grants are less', { ...device, role: 'trainer', grants: [grant('*', 'read')] }, false],
  ['who may do all', { ...device, role: null, grants: [grant('digits', 'admin')] }, true],
])('%s', (_, who, may) => {
  caller.value = who && callerSchema.parse(who);
  expect(mayOn('digits', 'write')).toBe(may);
});

function grant(model: string, right: string) {
  return { model, rights: [right] };
}
