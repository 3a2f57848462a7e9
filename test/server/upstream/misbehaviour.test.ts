// Engines that hang, reset, lie, crash and come back, over real sockets: no request fails that could be retried.
import { describe, expect, it } from 'vitest';
import { maxTensorBytes } from '../../../src/core/protocol/messages.ts';
import { balanced, plainRequest } from './balanced.ts';
import { answering, failing, fakeEngine, hanging, type Infer, raw, resetting } from './fake-engine.ts';

const good = { name: 'y', datatype: 'FP32', shape: [1, 1], data: [1] };
const json = (value: object) => JSON.stringify(value);
const http = (body: string, length = body.length, more = '') =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${more}\r\n${body}`;
const answer = (outputs: object) => raw(http(json({ outputs })));
const whole = json({ outputs: [good] });

/** What an engine does in place of answering, and what the figures call it. */
const misbehaviours: Record<string, [Infer, string | RegExp]> = {
  'hangs up at once': [raw(''), 'UND_ERR_SOCKET'],
  'resets the connection': [resetting, /ECONNRESET|UND_ERR_SOCKET/],
  'hangs up in the middle of the headers': [raw('HTTP/1.1 200 OK\r\nContent-'), 'UND_ERR_SOCKET'],
  'hangs up in the middle of the body': [raw(http(whole.slice(0, 20), whole.length)), 'UND_ERR_SOCKET'],
  'says more bytes than it sends': [raw(http(whole, whole.length + 1)), 'UND_ERR_SOCKET'],
  'says fewer bytes than it sends': [raw(http(whole, whole.length - 2)), 'nonsense'],
  'ends a chunked body without its end': [
    raw(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"out`),
    'UND_ERR_SOCKET',
  ],
  'speaks no HTTP': [raw('220 mail.example ESMTP\r\n'), 'HTTPParserError'],
  'sends no JSON': [raw(http('<html>welcome</html>')), 'nonsense'],
  'sends JSON that is no answer': [raw(http('{"result": 1}')), 'nonsense'],
  'sends fewer elements than the shape says': [answer([{ ...good, shape: [1, 2] }]), 'nonsense'],
  'sends a shape that overflows': [answer([{ ...good, shape: [2 ** 50, 2 ** 50], data: [] }]), 'nonsense'],
  'sends elements of another type': [answer([{ ...good, data: ['one'] }]), 'nonsense'],
  'sends no datatype there is': [answer([{ ...good, datatype: 'FP12' }]), 'nonsense'],
  'sends an output twice': [answer([good, good]), 'nonsense'],
  'sends no outputs': [answer([]), 'nonsense'],
  'leaves out what was asked for': [answer([{ ...good, name: 'z' }]), 'nonsense'],
  'answers another request': [raw(http(json({ id: 'other', outputs: [good] }))), 'nonsense'],
  'says more binary bytes than follow': [
    raw(
      http(
        json({ outputs: [{ ...good, data: undefined, parameters: { binary_data_size: 4 } }] }),
        undefined,
        'Inference-Header-Content-Length: 99999\r\n',
      ),
    ),
    'nonsense',
  ],
  'says a header length that is no number': [
    raw(http(whole, undefined, 'Inference-Header-Content-Length: many\r\n')),
    'nonsense',
  ],
  'announces a tensor past every limit': [
    answer([{ ...good, shape: [maxTensorBytes], data: [] }]),
    'nonsense',
  ],
  'sends headers without end': [
    raw(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`, { thenHangUp: false }),
    'UND_ERR_HEADERS_OVERFLOW',
  ],
  'redirects elsewhere': [
    raw('HTTP/1.1 307 There\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n'),
    '307',
  ],
  'wants a key that it was not given': [failing(401), '401'],
  'does not know the model': [failing(404), '404'],
  'has too much to do': [failing(429), '429'],
  'breaks inside': [failing(500), '500'],
  'is no gateway': [failing(502), '502'],
  'is not ready': [failing(503, 'x', { 'retry-after': '7' }), '503'],
  'was too slow for itself': [failing(504), '504'],
};

describe('where one engine', () => {
  it.for(Object.entries(misbehaviours))('%s, another answers', async ([, [infer, outcome]]) => {
    const ill = await fakeEngine(infer);
    const well = await fakeEngine(answering(2));
    const front = await balanced();
    const illId = await front.add(ill.url);
    // It is asked first: the other only stands by.
    await front.add(well.url, { weight: 0 });
    const answered = await front.ask({ id: 'mine', outputs: [{ name: 'y', binary: false }] });
    expect(answered.y).toBe(2);
    expect(ill.asked).toHaveLength(1);
    expect(front.tried[0]!.id).toBe(illId);
    expect(front.tried[0]!.outcome).toMatch(outcome);
  });

  it('hangs, another answers within the deadline', async () => {
    const ill = await fakeEngine(hanging);
    const well = await fakeEngine(answering(2));
    const front = await balanced();
    await front.add(ill.url);
    // Of the same share, so that there is one left that is well: half the time is kept for it.
    await front.add(well.url);
    while (ill.asked.length === 0) expect((await front.ask({}, { timeoutMs: 2_000 })).y).toBe(2);
    expect(front.tried.some(({ outcome }) => outcome === 'timeout')).toBe(true);
  });

  it('sends an answer without end, it is cut off, and another answers', async () => {
    const endless: Infer = response => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const part = Buffer.alloc(4 * 2 ** 20, 0x20);
      const more = () => {
        while (!response.destroyed && response.write(part));
      };
      response.on('drain', more);
      more();
    };
    const ill = await fakeEngine(endless);
    const well = await fakeEngine(answering(2));
    const front = await balanced();
    await front.add(ill.url);
    await front.add(well.url, { weight: 0 });
    expect((await front.ask()).y).toBe(2);
    expect(front.tried[0]!.outcome).toBe('nonsense');
  });

  it('is not there at all, another answers', async () => {
    const well = await fakeEngine(answering(2));
    const gone = await fakeEngine(answering(1));
    await gone.crash();
    const front = await balanced();
    await front.add(gone.url);
    await front.add(well.url);
    for (let n = 0; n < 20; n += 1) expect((await front.ask()).y).toBe(2);
  });
});

describe('an input that an engine refuses', () => {
  it.for([400, 422, 413])('is refused once, and in its words (%i)', async status => {
    const one = await fakeEngine(failing(status, 'x must be positive'));
    const two = await fakeEngine(failing(status, 'x must be positive'));
    const front = await balanced();
    await front.add(one.url);
    await front.add(two.url);
    await expect(front.ask()).rejects.toMatchObject({
      code: status === 413 ? 'TooLarge' : 'InputInvalid',
      detail: expect.stringContaining('x must be positive'),
    });
    expect(one.asked.length + two.asked.length).toBe(1);
    expect(front.upstreams.list().map(({ live }) => live.failures)).toEqual([0, 0]);
  });

  it('shuts no engine for the others, though it makes it break inside again and again', async () => {
    const only = await fakeEngine(failing(500));
    const front = await balanced();
    await front.add(only.url);
    for (let n = 0; n < 10; n += 1) {
      await expect(front.ask()).rejects.toMatchObject({ code: 'UpstreamFailed' });
    }
    expect(front.upstreams.list()[0]!.live.breaker).toBe('closed');
    only.infer = answering(1);
    expect((await front.ask()).y).toBe(1);
  });
});

describe('an engine that crashes and comes back', () => {
  it('fails no request while another is there, and is used again', async () => {
    const one = await fakeEngine(answering(1));
    const two = await fakeEngine(answering(2));
    const front = await balanced({ pace: { everyMs: 50, everyMsDown: 20, timeoutMs: 20_000 } });
    const oneId = await front.add(one.url);
    await front.add(two.url);
    const seen = new Set<number>();
    let stop = false;
    const callers = Array.from({ length: 16 }, async () => {
      while (!stop) seen.add((await front.ask()).y);
    });
    const live = () => front.upstreams.list().find(({ id }) => id === oneId)!.live;
    const until = async (is: () => boolean) => {
      while (!is()) await Promise.race([new Promise(resolve => setTimeout(resolve, 5)), ...callers]);
    };
    await until(() => seen.size === 2);
    await one.crash();
    await until(() => live().health === 'down');
    await one.comeBack();
    seen.clear();
    await until(() => seen.size === 2 && live().health === 'up' && live().breaker === 'closed');
    stop = true;
    await Promise.all(callers);
    expect(front.logged.some(line => line.includes('is down'))).toBe(true);
    expect(front.logged.some(line => line.includes('well again'))).toBe(true);
  });

  it('is waited for a moment by those who have no other', async () => {
    const only = await fakeEngine(answering(1));
    const front = await balanced();
    await front.add(only.url);
    // The connection that is kept open is closed under the request.
    let failures = 2;
    only.infer = (response, request, body) => {
      failures -= 1;
      (failures >= 0 ? resetting : answering(1))(response, request, body);
    };
    expect((await front.ask()).y).toBe(1);
    expect(only.asked).toHaveLength(3);
  });

  it('moves what is under way there elsewhere when its checks hear nothing more', async () => {
    const silent = await fakeEngine(hanging);
    const well = await fakeEngine(answering(2));
    const front = await balanced({ pace: { everyMs: 20, everyMsDown: 20, timeoutMs: 1_000 } });
    await front.add(silent.url);
    await front.add(well.url, { weight: 0 });
    const asked = front.ask();
    while (silent.asked.length === 0) await new Promise(resolve => setTimeout(resolve, 5));
    silent.ready = 'hangs';
    expect((await asked).y).toBe(2);
    expect(front.tried[0]!.outcome).toBe('down');
  });
});

describe('where all engines fail', () => {
  it('says which way, and when to ask again, without asking an engine that is shut', async () => {
    const ill = await fakeEngine(failing(503));
    const front = await balanced();
    await front.add(ill.url);
    await expect(front.ask()).rejects.toMatchObject({ code: 'Unavailable' });
    expect(front.upstreams.list()[0]!.live.breaker).toBe('open');
    const asked = ill.asked.length;
    const error = await front.ask().catch((thrown: unknown) => thrown as { retryAfterSeconds: number });
    expect(error).toMatchObject({ code: 'UpstreamFailed' });
    expect((error as { retryAfterSeconds: number }).retryAfterSeconds).toBeGreaterThan(0);
    expect(ill.asked).toHaveLength(asked);
  });

  it('retries no more than a fifth as often as it is asked, after a reserve', async () => {
    const one = await fakeEngine(failing(500));
    const two = await fakeEngine(failing(500));
    const front = await balanced();
    await front.add(one.url);
    await front.add(two.url);
    const requests = 400;
    for (let n = 0; n < requests; n += 20) {
      await Promise.allSettled(Array.from({ length: 20 }, () => front.ask()));
    }
    const tries = one.asked.length + two.asked.length;
    expect(tries).toBeGreaterThan(requests);
    expect(tries).toBeLessThanOrEqual(requests * 1.2 + 100);
  });

  it('is opened, and closed, by no caller that is in a hurry', async () => {
    const engine = await fakeEngine(hanging);
    const front = await balanced();
    await front.add(engine.url);
    const live = () => front.upstreams.list()[0]!.live;
    for (let n = 0; n < 8; n += 1) {
      await expect(front.ask({}, { timeoutMs: 5 })).rejects.toMatchObject({ code: 'DeadlineExceeded' });
    }
    expect(live()).toMatchObject({ breaker: 'closed', failures: 0 });
    engine.infer = failing(503);
    await expect(front.ask()).rejects.toMatchObject({ code: 'Unavailable' });
    engine.infer = hanging;
    while (live().breaker !== 'half-open') await new Promise(resolve => setTimeout(resolve, 20));
    await expect(front.ask({}, { timeoutMs: 5 })).rejects.toMatchObject({ code: 'DeadlineExceeded' });
    expect(live().breaker).toBe('half-open');
    engine.infer = answering(1);
    expect((await front.ask()).y).toBe(1);
    expect(live().breaker).toBe('closed');
  });

  it.for([503, 504])('is shut by no caller whose hurry makes it give up (%i)', async status => {
    const engine = await fakeEngine(failing(status));
    const front = await balanced();
    await front.add(engine.url);
    while (front.tried.length < 8) {
      await expect(front.ask({}, { timeoutMs: 20_000 })).rejects.toMatchObject({ code: expect.any(String) });
    }
    expect(front.upstreams.list()[0]!.live).toMatchObject({ breaker: 'closed', failures: 0 });
  });

  it.for([
    ['an output that nobody has', [{ name: 'constructor', binary: false }], 'UpstreamFailed'],
    ['no output at all', [], null],
  ] as const)('is shut by no caller that asks for %s', async ([, outputs, code]) => {
    const engine = await fakeEngine((response, request, body) => {
      answering(1, outputs.length === 0 ? { outputs: [] } : {})(response, request, body);
    });
    const front = await balanced();
    await front.add(engine.url);
    for (let n = 0; n < 8; n += 1) {
      const asked = front.balancer.infer(
        { model: 'm', version: 0 },
        { ...plainRequest, outputs },
        { signal: new AbortController().signal, tenant: 'test' },
      );
      if (code) await expect(asked).rejects.toMatchObject({ code });
      else expect((await asked).outputs).toEqual({});
    }
    expect(front.upstreams.list()[0]!.live).toMatchObject({ breaker: 'closed', failures: 0 });
  });

  it('tells nobody where engines are', async () => {
    const gone = await fakeEngine(answering(1));
    await gone.crash();
    const front = await balanced();
    await front.add(gone.url);
    const error = (await front.ask().catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.message).not.toContain(String(gone.port));
  });
});
