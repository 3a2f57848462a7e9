import { expect, test } from 'vitest';
import { frameAncestors } from '../../../src/app/twin/embedders.ts';
import { frameHeaders, securityHeaders } from '../../../server/gateway/headers.ts';

const policyOf = (headers: Readonly<Record<string, string>>) => headers['Content-Security-Policy'] ?? null;

test('is whom the server names, and nobody where it names nobody', () => {
  const origins = ['https://app.example', 'http://localhost:4000'];
  expect(frameAncestors(policyOf(frameHeaders(origins)))).toEqual(origins);
  expect(frameAncestors(policyOf(securityHeaders))).toEqual([]);
  expect(frameAncestors(policyOf(frameHeaders([])))).toEqual([]);
});

test.each([
  null,
  '',
  "default-src 'self'",
  'frame-ancestors *',
  "frame-ancestors 'self'",
  'frame-ancestors https://*.example https:',
])('is nobody by the policy %s, which names no origin', policy => {
  expect(frameAncestors(policy)).toEqual([]);
});
