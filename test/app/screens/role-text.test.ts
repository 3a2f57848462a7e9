import { beforeEach, expect, test } from 'vitest';
import { languageChoice } from '../../../src/app/i18n/language.ts';
import { letInWords } from '../../../src/app/screens/admin/rights-words.ts';
import { roleText } from '../../../src/app/screens/settings/role-text.ts';
import { callerSchema } from '../../../src/core/artifact/access-api.ts';
import { roleGrants } from '../../../src/core/artifact/role-grants.ts';

beforeEach(() => {
  languageChoice.value = 'en';
});

const trainer = { kind: 'device', status: 'approved', role: 'trainer', openReads: true };
const text = (over: object) => roleText(callerSchema.parse({ ...trainer, ...over }));
const asTrainer = 'Approved as trainer: what it makes can be sent to the registry.';

test('a device is told its role, where its grants are those of its role', () => {
  expect(text({ grants: roleGrants.trainer })).toBe(asTrainer);
  expect(text({})).toBe(asTrainer);
});

test('a device whose grants are other than its role is told what it may', () => {
  const grants = [
    { model: 'digits', rights: ['read', 'predict'] },
    { model: '*', rights: ['promote'] },
  ];
  expect(text({ grants })).toBe(
    'Approved, with rights of its own. digits: see and fetch, predict · all models: move aliases',
  );
});

test('one that waits or is out is told that, whatever may be read without a key', () => {
  expect(text({ status: 'pending', role: null, grants: roleGrants.device })).toBe(
    'Waiting for an admin to approve it.',
  );
  expect(text({ status: 'revoked', role: null, grants: [] })).toBe('An admin has revoked this device.');
});

test('an admin is told what holds of whom was let in: grants in place of the role', () => {
  const device = { name: 'field 3', role: 'trainer' } as const;
  expect(letInWords({ ...device, grants: null })).toBe('field 3 is let in as trainer.');
  const grants = ['digits', 'iris', 'ocr'].map(model => ({ model, rights: ['read' as const] }));
  expect(letInWords({ ...device, grants: grants.slice(0, 1) })).toBe(
    'field 3 is let in. digits: see and fetch',
  );
  expect(letInWords({ ...device, grants })).toBe(
    'field 3 is let in. digits: see and fetch · iris: see and fetch · …',
  );
});
