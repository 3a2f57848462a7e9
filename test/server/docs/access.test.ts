import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { withAccessTables } from '../../../server/docs/access.ts';

it('the tables of the page in the repository are the access table’s (else: npm run docs:access)', () => {
  const page = readFileSync('docs/access.md', 'utf8');
  expect(page).toBe(withAccessTables(page));
});
