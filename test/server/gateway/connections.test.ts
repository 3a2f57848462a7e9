import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { callerAddress } from '../../../server/gateway/caller-address.ts';
import { limitConnections } from '../../../server/gateway/connections.ts';

it('one address holds so many connections open, and another in the place of each that it closes', async () => {
  const server = createServer((_request, response) => response.end('here'));
  limitConnections(server, { max: 2, isCounted: () => true });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const open = async () => {
    const socket = connect(port, '127.0.0.1').resume();
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    await once(server, 'connection');
    return socket;
  };
  const held = [await open(), await open()];
  const tooMany = connect(port, '127.0.0.1').resume();
  tooMany.on('error', () => undefined);
  await once(tooMany, 'close');
  held[0]!.destroy();
  /** All that comes back until the connection ends; nothing where it is closed at once. */
  const ask = () =>
    new Promise<string>(resolve => {
      const socket = connect(port, '127.0.0.1');
      let answer = '';
      socket.on('data', part => (answer += String(part))).on('error', () => undefined);
      socket.once('close', () => resolve(answer));
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    });
  await expect.poll(ask).toMatch(/here$/);
});

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', ''],
])('the address %s is counted as %s', (address, expected) => {
  expect(callerAddress(address)).toBe(expected);
});
