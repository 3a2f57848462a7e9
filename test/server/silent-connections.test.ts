import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { expect, it } from 'vitest';
import { startServer } from './support.ts';

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
