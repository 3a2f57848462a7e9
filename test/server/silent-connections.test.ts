import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { expect, it } from 'vitest';
import { loadCertificates } from '../../server/lan/authority.ts';
import { startServer, temporaryFolder } from './support.ts';

it('closes at once though a client has opened a connection and asked for nothing', async () => {
  const server = await startServer();
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1').resume();
  const arrived = once(server.app.server, 'connection');
  await arrived;
  const closed = once(socket, 'close');
  await server.close();
  await closed;
  expect(server.app.server.listening).toBe(false);
});

it.each([false, true])('ends what is under way first, over TLS: %s', async isSecure => {
  const { server: certificate } = await loadCertificates(temporaryFolder());
  const { cert, key } = certificate;
  const server = await startServer(isSecure ? { tls: { cert, key } } : {});
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.app.server.address() as AddressInfo;
  const options = {
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/v2/repository/index',
    headers: {
      host: 'localhost',
      authorization: `Bearer ${server.key}`,
      'content-length': '2',
      connection: 'close',
    },
  };
  const asked = isSecure ? httpsRequest({ ...options, rejectUnauthorized: false }) : httpRequest(options);
  const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
  asked.write('{');
  await once(server.app.server, 'request');
  const closed = server.close();
  asked.end('}');
  const [answer] = await answered;
  answer.resume();
  expect(answer.statusCode).toBe(200);
  await closed;
});
