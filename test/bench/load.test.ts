// The load generators, against servers that answer as they are told to.
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { closedLoop, quantiles } from '../../bench/load/closed-loop.ts';
import { Connection, postRequest } from '../../bench/load/connection.ts';
import { openLoop } from '../../bench/load/open-loop.ts';

const request = postRequest('/v2/models/x/infer', { 'Content-Type': 'application/json' }, Buffer.from('{}'));

async function listening(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const serve = (listener: RequestListener) => listening(createServer(listener));

/** Says this, in these parts, each when the one before has been read. */
async function says(parts: readonly string[]): Promise<Connection> {
  const sockets: Socket[] = [];
  const port = await listening(
    createTcp(socket => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => {
        const next = (nth: number) => {
          if (nth < parts.length) socket.write(parts[nth]!, () => setImmediate(next, nth + 1));
          else socket.end();
        };
        next(0);
      });
    }),
  );
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return Connection.open(port);
}

it('reads an answer that comes in parts, cut anywhere', async () => {
  const whole = 'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 5\r\n\r\nhello';
  for (let cut = 1; cut < whole.length; cut += 7) {
    const connection = await says([whole.slice(0, cut), whole.slice(cut)]);
    const { status, retryAfterSeconds, body } = await connection.ask(request);
    expect([status, retryAfterSeconds, body.toString()]).toEqual([429, 7, 'hello']);
  }
});

it('gives up on an answer that ends too early, and on one whose length nobody says', async () => {
  const short = await says(['HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello']);
  await expect(short.ask(request)).rejects.toThrow('closed');
  const chunked = await says(['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n']);
  await expect(chunked.ask(request)).rejects.toThrow('without Content-Length');
});

it('asks by answers: never more at a time than it has connections', async () => {
  let now = 0;
  let most = 0;
  const port = await serve((asked, answer) => {
    most = Math.max(most, ++now);
    asked.resume().on('end', () => {
      now -= 1;
      answer.setHeader('Content-Length', 2).end('{}');
    });
  });
  const { answers } = await closedLoop({ port, requests: [request], connections: 3, milliseconds: 50 });
  expect(answers).toBeGreaterThanOrEqual(3);
  expect(most).toBeLessThanOrEqual(3);
});

it('does not count what fails as an answer', async () => {
  const port = await serve((_asked, answer) => void answer.writeHead(500, { 'Content-Length': 0 }).end());
  const load = { port, requests: [request], connections: 1, milliseconds: 50 };
  await expect(closedLoop(load)).rejects.toThrow('500');
});

it('asks by schedule: whoever answers nobody is asked all the same', async () => {
  const held: (() => void)[] = [];
  // More than the connections that it begins with: until so many have come, nobody is answered.
  const all = 150;
  let came = 0;
  const port = await serve((asked, answer) => {
    asked.resume();
    held.push(() => answer.setHeader('Content-Length', 0).end());
    if (++came >= all) for (const go of held.splice(0)) go();
  });
  const load = { port, requests: [request], perSecond: 1_000, milliseconds: 400, deadlineMs: 600_000 };
  const { due, good, failed } = await openLoop(load);
  expect(due).toBeGreaterThan(all);
  expect({ good, failed }).toEqual({ good: due, failed: {} });
});

it('tells apart what came in time, too late, shed, given up and broken', async () => {
  let nth = 0;
  const seen = { good: 0, shed: 0, bare: 0, gone: 0, broken: 0 };
  const port = await serve((asked, answer) => {
    asked.resume();
    const [kind, status, headers] = (
      [
        ['good', 200, {}],
        ['shed', 503, { 'Retry-After': 1 }],
        ['bare', 429, {}],
        ['gone', 504, {}],
        ['broken', 500, {}],
      ] as const
    )[nth++ % 5]!;
    seen[kind] += 1;
    answer.writeHead(status, { ...headers, 'Content-Length': 0 }).end();
  });
  const load = { port, requests: [request], perSecond: 500, milliseconds: 200 };
  const result = await openLoop({ ...load, deadlineMs: 600_000 });
  expect(result).toMatchObject({
    due: nth,
    good: seen.good,
    late: 0,
    shed: seen.shed + seen.bare,
    shedWithoutRetryAfter: seen.bare,
    givenUp: seen.gone,
    failed: { 500: seen.broken },
  });
  // Nothing is in time where there is none.
  const late = await openLoop({ ...load, deadlineMs: 0 });
  expect(late).toMatchObject({ good: 0 });
  expect(late.late).toBeGreaterThan(0);
});

it('knows the middle and the hundredth that is slowest', () => {
  const values = Array.from({ length: 1_000 }, (_, i) => 1_000 - i);
  expect(quantiles(values)).toEqual({ p50Ms: 501, p99Ms: 991 });
});
