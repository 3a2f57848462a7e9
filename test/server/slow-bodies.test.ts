import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { endSlowBodies } from '../../server/slow-bodies.ts';

/** Sends the beginning of a request; all that comes back until the connection ends. */
async function begin(port: number, path: string, rest: Promise<string>): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', part => {
    answer += String(part);
  });
  const ended = new Promise<void>(resolve => {
    socket.once('close', () => {
      resolve();
    });
  });
  socket.on('error', () => undefined);
  socket.write(`PUT ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nab`);
  void rest.then(text => socket.write(text));
  await ended;
  return answer;
}

it('a body that does not arrive in its time is given up; one that has longer is waited for', async () => {
  const app = Fastify();
  onTestFinished(() => app.close());
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  endSlowBodies(app);
  app.put('/short', { config: { bodyTimeoutMs: 1 } }, request => request.body);
  app.put('/long', { config: { bodyTimeoutMs: 600_000 } }, request => request.body);
  app.put('/usual', request => request.body);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const late = begin(port, '/short', new Promise(() => undefined));
  // The rest comes when the other has been given up.
  const rest = late.then(() => 'cd');
  const [long, usual] = await Promise.all([begin(port, '/long', rest), begin(port, '/usual', rest)]);
  expect(await late).toMatch(/^HTTP\/1\.1 408 /);
  for (const answer of [long, usual]) expect(answer).toMatch(/^HTTP\/1\.1 200 [^]*abcd$/);
});

it('an injected request whose body nobody read is given up without a word, too', async () => {
  const app = Fastify();
  onTestFinished(() => app.close());
  endSlowBodies(app);
  const closed = new Promise<void>(resolve => {
    app.addHook('onRequest', (request, _reply, done) => {
      request.raw.once('close', resolve);
      done();
    });
  });
  app.addHook('onRequest', (_request, reply) => reply.code(401).send());
  app.put('/short', { config: { bodyTimeoutMs: 1 } }, () => '');
  const answer = await app.inject({ method: 'PUT', url: '/short', payload: 'abcd' });
  expect(answer.statusCode).toBe(401);
  await closed;
});
