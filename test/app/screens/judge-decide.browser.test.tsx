// What Judge proposes, on the screen: which of the choices comes first, and what it takes where nothing is proposed yet.
import { render } from 'preact';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import '../../../src/app/styles/tokens.css';
import '../../../src/app/styles/base.css';
import { Decide } from '../../../src/app/screens/judge/decide.tsx';
import { caller } from '../../../src/app/state/connection.ts';
import { compare } from '../../../src/core/evaluate/compare.ts';
import type { CandidateRow } from '../../../src/device/schema.ts';

const root = document.body.appendChild(document.createElement('main'));
// Who may not send yet is shown a way to ask for it, which needs a registry.
beforeAll(() => {
  const known = { groups: [], certificate: null };
  caller.value = { kind: 'device', role: 'trainer', status: 'approved', openReads: true, ...known };
});
afterAll(() => {
  caller.value = null;
});
afterEach(() => render(null, root));

/** Of samples alone; the new version gets the first `fixed` right that the old one got wrong. */
function shown(rows: number, fixed: number, state: CandidateRow['state'] = 'judging'): string {
  const judged = {
    truth: new Int32Array(rows),
    old: Int32Array.from({ length: rows }, (_, row) => Number(row < fixed)),
    new: new Int32Array(rows),
    dataset: null,
  };
  const row = { digest: 'a'.repeat(64), state, problem: null } as CandidateRow;
  const comparison = compare(['a', 'b'], { parent: null, added: judged });
  render(<Decide row={row} founds={false} comparison={comparison} />, root);
  return root.innerText;
}

const first = () => root.querySelector('.button.primary')?.textContent;

test('a version that won on twenty samples is proposed, and sending comes first', () => {
  expect(shown(20, 8)).toContain('Worth sending: it won on 20 samples that it had not seen.');
  expect(first()).toBe('Send');
});

test('on fewer, nothing is proposed: how many are missing is said, and keeping comes first', () => {
  const text = shown(14, 8);
  expect(text).toContain('that takes 20 kept-out samples, 6 more than there are');
  expect(text).toContain('label some 30 more');
  expect(first()).toBe('Keep');
});

test('a version that did not win is not proposed', () => {
  expect(shown(40, 3)).toContain('did not win by more than chance');
  expect(first()).toBe('Keep');
});

test('what was sent is proposed no more', () => {
  expect(shown(20, 8, 'sent')).not.toContain('Worth sending');
});
