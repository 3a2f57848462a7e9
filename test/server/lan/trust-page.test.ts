import { createConnection } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { loadCertificates } from '../../../server/lan/authority.ts';
import { createTrustPage } from '../../../server/lan/trust-page.ts';
import { temporaryFolder } from '../support.ts';

/** The first line of the answer to a request line, sent as it is. */
function statusOf(port: number, requestLine: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    let text = '';
    socket.on('data', part => (text += part.toString()));
    socket.once('error', reject);
    socket.once('close', () => resolve(text.split('\r\n')[0]!));
    socket.end(`${requestLine} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  });
}

it('answers 404 to what is no address, and goes on', async () => {
  const { authority } = await loadCertificates(temporaryFolder());
  const server = createTrustPage({ authority, httpsPort: 8787 });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  for (const path of ['//', 'http://[', '/..//', '/none']) {
    expect(await statusOf(port, `GET ${path}`)).toBe('HTTP/1.1 404 Not Found');
  }
  expect(await statusOf(port, 'GET /')).toBe('HTTP/1.1 200 OK');
});
