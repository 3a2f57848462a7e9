// A front before the real server that can serve a later build's service worker: the same, and yet other bytes.
import { once } from 'node:events';
import { createServer, request } from 'node:http';

export interface Front {
  readonly url: string;
  /** From now on the service worker is another build's. */
  deploy(): void;
  close(): Promise<void>;
}

export async function startFront(upstreamPort: number): Promise<Front> {
  let deployed = 0;
  const server = createServer((asked, answer) => {
    const isWorker = asked.url === '/sw.js' && deployed > 0;
    const { 'accept-encoding': _, ...plain } = asked.headers;
    const headers = isWorker ? { ...plain, 'if-none-match': '' } : asked.headers;
    const forwarded = request(
      { port: upstreamPort, host: 'localhost', method: asked.method, path: asked.url, headers },
      from => {
        const { 'content-length': length, ...others } = from.headers;
        const later = `\n// build ${deployed + 1}\n`;
        answer.writeHead(from.statusCode ?? 502, {
          ...others,
          ...(length === undefined
            ? {}
            : { 'content-length': String(Number(length) + (isWorker ? later.length : 0)) }),
        });
        from.pipe(answer, { end: !isWorker });
        if (isWorker) from.on('end', () => answer.end(later));
      },
    );
    forwarded.on('error', () => answer.destroy());
    answer.on('close', () => forwarded.destroy());
    asked.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return {
    url: `http://localhost:${address.port}`,
    deploy: () => {
      deployed += 1;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
