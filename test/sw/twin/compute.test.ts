import { expect, test } from 'vitest';
import { compute } from '../../../src/sw/twin/compute.ts';
import { answerOf, answers, browser, patient } from './host-page.ts';

const never = new AbortController().signal;
/** So long that no machine is too slow for a page that is alive. */
const longMs = 60_000;

function question(signal: AbortSignal = never) {
  const body = new TextEncoder().encode('{"inputs":[]}').buffer;
  const ask = () => ({ method: 'POST', path: '/v2', headers: {}, body, from: '/', leftMs: 1000 });
  return { ask, caller: '', signal };
}

test('a page that is closed while it computes: the question goes to another, whole', async () => {
  const { hosts, page } = browser();
  const bodies: string[] = [];
  page('other').host((ask, reply) => {
    bodies.push(new TextDecoder().decode(ask.body));
    answers(ask, reply, 'other');
  });
  const dying = page('dying');
  dying.host((ask, reply) => {
    reply({ type: 'taken', id: ask.id });
    reply({ type: 'gone' });
  });
  const { headers } = await compute(hosts, question(), longMs);
  expect(headers['x-from']).toBe('other');
  expect(bodies).toEqual(['{"inputs":[]}']);
});

test('a page that is killed without a word is missed, and the question goes to another', async () => {
  const { hosts, page } = browser();
  page('other').host((ask, reply) => answers(ask, reply, 'other'));
  const killed = page('killed');
  killed.host((ask, reply) => {
    reply({ type: 'taken', id: ask.id });
    killed.kill();
  });
  expect((await compute(hosts, question(), longMs)).headers['x-from']).toBe('other');
});

test('a page that is frozen is not waited for: another is asked beside it', async () => {
  const { hosts, page } = browser();
  page('other').host((ask, reply) => answers(ask, reply, 'other'));
  page('frozen').host(() => undefined);
  expect((await compute(hosts, question(), 10)).headers['x-from']).toBe('other');
});

test('a page that only took its time answers all the same, where there is no other', async () => {
  const { hosts, page } = browser({ ...patient, appMs: 20, otherMs: 20, becomeMs: 20 });
  let late: (() => void) | undefined;
  page('slow').host(({ id }, reply) => {
    late = () => reply(answerOf(id, 'slow'));
  });
  // It appears, and says nothing: whoever waits for it gives up before the slow one answers.
  const mute = page('mute', 'https://haversack.test/mute');
  mute.onTold = () => setTimeout(() => late?.(), 100);
  expect((await compute(hosts, question(), 1)).headers['x-from']).toBe('slow');
});

test('where every page is lost, it says so', async () => {
  const { hosts, page } = browser({ ...patient, appMs: 20, otherMs: 20, becomeMs: 20 });
  for (const id of ['one', 'two']) {
    const each = page(id);
    each.host((_ask, reply) => {
      each.kill();
      reply({ type: 'gone' });
    });
  }
  await expect(compute(hosts, question(), longMs)).rejects.toThrow('every page that could was closed');
});

test('a question that is called off is called off at the page too', async () => {
  const { hosts, page } = browser();
  const caller = new AbortController();
  const heard = new Promise<unknown>(resolve => {
    const port = page('host').host((ask, reply) => {
      reply({ type: 'taken', id: ask.id });
      caller.abort(new Error('the caller went'));
    });
    port.addEventListener('message', ({ data }: MessageEvent<{ type: string }>) => {
      if (data.type === 'abort') resolve(data);
    });
  });
  await expect(compute(hosts, question(caller.signal), longMs)).rejects.toThrow('the caller went');
  expect(await heard).toMatchObject({ type: 'abort' });
});
