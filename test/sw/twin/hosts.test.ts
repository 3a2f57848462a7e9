import { expect, test } from 'vitest';
import {
  becomeHost,
  cannotHost,
  couldBeHost,
  whoComputes,
} from '../../../src/core/protocol/twin-messages.ts';
import { NoHost } from '../../../src/sw/twin/hosts.ts';
import { browser, patient } from './host-page.ts';

const never = new AbortController().signal;
const elsewhere = 'https://haversack.test/their/page';

test('finds the host that was used last', async () => {
  const { hosts, page } = browser();
  page('one').host();
  page('two').host();
  const last = await hosts.find(new Set(), '', never);
  expect(last.clientId).toBe('two');
  const other = await hosts.find(new Set([last]), '', never);
  expect(other.clientId).toBe('one');
  hosts.used(other);
  expect((await hosts.find(new Set(), '', never)).clientId).toBe('one');
});

test('asks the open pages who computes, after it was ended and started anew', async () => {
  const { hosts, page } = browser();
  const app = page('app');
  app.onTold = () => app.host();
  expect((await hosts.find(new Set(), '', never)).clientId).toBe('app');
  expect(app.told).toEqual([{ type: whoComputes }]);
});

test('says so at once where no page is open', async () => {
  const { hosts } = browser();
  await expect(hosts.find(new Set(), '', never)).rejects.toThrow(new NoHost('no page is open'));
});

test('asks the caller, of those that could, to become one where there is none', async () => {
  const { hosts, page } = browser();
  const [other, caller] = [page('other', elsewhere), page('caller', elsewhere)];
  for (const each of [other, caller]) {
    each.onTold = ({ type }) => {
      if (type === whoComputes) each.say({ type: couldBeHost });
      else each.host();
    };
  }
  expect((await hosts.find(new Set(), 'caller', never)).clientId).toBe('caller');
  expect(caller.told.map(({ type }) => type)).toEqual([whoComputes, becomeHost]);
  expect(other.told.map(({ type }) => type)).toEqual([whoComputes]);
});

test('asks the next one where the first cannot, and tells the reason where none can', async () => {
  const { hosts, page } = browser();
  for (const id of ['one', 'two']) {
    const each = page(id, elsewhere);
    each.onTold = ({ type }) => {
      each.say(
        type === whoComputes ? { type: couldBeHost } : { type: cannotHost, reason: `${id} has no storage` },
      );
    };
  }
  await expect(hosts.find(new Set(), 'two', never)).rejects.toThrow(/^(one|two) has no storage$/);
});

test('asks one more where the first that was to become one says nothing: it may be frozen', async () => {
  const { hosts, page } = browser({ ...patient, besideMs: 1 });
  const [frozen, alive] = [page('frozen', elsewhere), page('alive', elsewhere)];
  for (const each of [frozen, alive]) each.say({ type: couldBeHost });
  alive.onTold = ({ type }) => {
    if (type === becomeHost) alive.host();
  };
  expect((await hosts.find(new Set(), 'frozen', never)).clientId).toBe('alive');
  expect(frozen.told.map(({ type }) => type)).toContain(becomeHost);
});

test('waits no second time for a page that said nothing', async () => {
  const { hosts, page } = browser({ ...patient, otherMs: 20 });
  const mute = page('mute', elsewhere);
  await expect(hosts.find(new Set(), '', never)).rejects.toThrow(NoHost);
  await expect(hosts.find(new Set(), '', never)).rejects.toThrow('the pages that are open compute nothing');
  expect(mute.told).toHaveLength(2);
  mute.host();
  expect((await hosts.find(new Set(), '', never)).clientId).toBe('mute');
});

test('a page that says it goes is a host no more', async () => {
  const { hosts, page } = browser();
  page('staying').host();
  const leaving = page('leaving');
  const port = leaving.host();
  expect((await hosts.find(new Set(), '', never)).clientId).toBe('leaving');
  port.postMessage({ type: 'gone' });
  await expect.poll(async () => (await hosts.find(new Set(), '', never)).clientId).toBe('staying');
});

test('ends its wait when nobody waits any more', async () => {
  const { hosts, page } = browser();
  page('slow');
  const caller = new AbortController();
  const finding = hosts.find(new Set(), '', caller.signal);
  caller.abort(new Error('the caller went'));
  await expect(finding).rejects.toThrow('the caller went');
});

test('hears what is its own and nothing else', () => {
  const { hosts } = browser();
  expect(hosts.hear('x', { type: 'SKIP_WAITING' }, [])).toBe(false);
  expect(hosts.hear('x', null, [])).toBe(false);
  expect(hosts.hear('x', 'haversack:host', [])).toBe(false);
  expect(hosts.hear('x', { type: couldBeHost }, [])).toBe(true);
});
